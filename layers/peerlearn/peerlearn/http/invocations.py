"""What Lambda hands over, and whether it comes from API Gateway at all."""

from __future__ import annotations

from collections.abc import Mapping


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
