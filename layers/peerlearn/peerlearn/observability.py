"""The process's logger. Nothing here patches other libraries: that cost more start-up than it told."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.domain.correlation import set_correlation_id
from peerlearn.settings import function_name

logger = Logger()
# A UUID over HTTP, and base64 over the WebSocket; a client's own may be of other systems.
_REQUEST_ID = re.compile(r"[0-9A-Za-z_.:;=+/-]{1,128}")


def _name_function(record: logging.LogRecord) -> bool:
    """Put the function's name into a line as `function`: the functions of one context share a log group."""
    if name := function_name():
        record.function = name
    return True


logger.addFilter(_name_function)


def correlate(correlation_id: str) -> None:
    """Log lines and written items carry this request's id from now on; with an empty one they carry none."""
    set_correlation_id(correlation_id)
    logger.set_correlation_id(correlation_id or None)


@contextmanager
def correlated(correlation_id: str, context: LambdaContext) -> Iterator[None]:
    """They do inside, and nothing afterwards; log lines also carry the id that Lambda's own lines have."""
    correlate(correlation_id)
    logger.append_keys(function_request_id=context.aws_request_id)
    _actor.set("")
    try:
        yield
    finally:
        logger.remove_keys(["function_request_id"])
        correlate("")


def has_records(event: object) -> bool:
    """Return whether the event is a batch of a stream or of a queue."""
    return isinstance(event, Mapping) and isinstance(event.get("Records"), list)


def pass_over(event: object, context: LambdaContext) -> None:
    """Note an event of no source of the function's: a warmer's, or the console's test. It is no fault of anybody's."""
    with correlated("", context):
        logger.info("nothing to do", event_type=type(event).__name__)


_actor: ContextVar[str] = ContextVar("actor", default="")


def name_actor(user_id: str) -> None:
    """Have the present request's last line say who made it."""
    _actor.set(user_id)


def caller_and_target(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return who made a request, and the ids in its path that say to what."""
    ids = (event.get("pathParameters") or {}).items()
    # A path without a route is an address that somebody made up.
    target = "/".join(value for name, value in ids if name != "proxy")
    told = {"actor": _actor.get(), "target": target}
    return {name: value for name, value in told.items() if value}


def request_id_of(event: Mapping[str, Any]) -> str:
    """Return API Gateway's id of a request, which the answer's `requestId` and `x-amzn-RequestId` tell as well.

    A client may choose it, by a header of that name. One that does not fit into a log line, and onto an item, gives way
    to the id that no client can choose.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    context = event.get("requestContext") or {}
    request_id = str(context.get("requestId", ""))
    return request_id if _REQUEST_ID.fullmatch(request_id) else str(context.get("extendedRequestId", ""))
