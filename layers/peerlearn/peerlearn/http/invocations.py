"""Invocations by Lambda: whether one comes from API Gateway at all, and how long there is to answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.domain.deadline import within_invocation
from peerlearn.observability import correlated, request_id_of


@contextmanager
def answering(event: Mapping[str, Any], context: LambdaContext) -> Iterator[None]:
    """Have log lines carry the ids of the request and of its invocation, and tries end before Lambda ends them."""
    with correlated(request_id_of(event), context), within_invocation(context.get_remaining_time_in_millis()):
        yield


def is_request(event: object) -> bool:
    """Return whether the event is a request of the REST API."""
    return isinstance(event, Mapping) and isinstance(event.get("httpMethod"), str) and "path" in event


def is_handshake(event: object) -> bool:
    """Return whether the event asks the WebSocket's authorizer."""
    return isinstance(event, Mapping) and isinstance(event.get("methodArn"), str)


def is_message(event: object) -> bool:
    """Return whether the event is one of a WebSocket connection that the authorizer let in."""
    context = event.get("requestContext") if isinstance(event, Mapping) else None
    return isinstance(context, Mapping) and "connectionId" in context and isinstance(context.get("authorizer"), Mapping)
