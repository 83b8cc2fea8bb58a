"""The WebSocket's authorizer: a ticket opens the door once, and says who came in."""

from __future__ import annotations

from typing import Any

from peerlearn.bootstrap.realtime import realtime_service
from peerlearn.http.websocket import authorized, on_handshake, refused


@on_handshake
def lambda_handler(event: dict[str, Any]) -> dict[str, Any]:
    ticket = realtime_service().redeem((event.get("queryStringParameters") or {}).get("ticket", ""))
    return authorized(ticket, event["methodArn"]) if ticket else refused(event["methodArn"])
