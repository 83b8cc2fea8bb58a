"""The process's logger. Nothing here patches other libraries: that cost more start-up than it told."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger

from peerlearn.domain.correlation import set_correlation_id
from peerlearn.settings import function_name

logger = Logger()


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
def correlated(correlation_id: str) -> Iterator[None]:
    """They do inside, and nothing afterwards."""
    correlate(correlation_id)
    try:
        yield
    finally:
        correlate("")


def request_id_of(event: Mapping[str, Any]) -> str:
    """API Gateway's own id of a request, which the answer's `requestId` and `x-amzn-RequestId` tell as well."""
    return str((event.get("requestContext") or {}).get("requestId", ""))
