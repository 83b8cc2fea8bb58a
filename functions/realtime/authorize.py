"""The WebSocket's authorizer: a ticket opens the door once, and says who came in."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.realtime import realtime_service
from peerlearn.http.websocket import authorized, refused
from peerlearn.observability import correlated, request_id_of


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 (Lambda passes it)
    shown = (event.get("queryStringParameters") or {}).get("ticket", "")
    with correlated(request_id_of(event)):
        ticket = realtime_service().redeem(shown)
        return authorized(ticket, event["methodArn"]) if ticket else refused(event["methodArn"])
