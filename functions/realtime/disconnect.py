"""$disconnect: the connection is no longer pushed to."""

from __future__ import annotations

from peerlearn.bootstrap.realtime import realtime_service
from peerlearn.http.websocket import Sender, on_connection


@on_connection("DISCONNECT")
def lambda_handler(sender: Sender) -> None:
    realtime_service().disconnect(sender.principal, sender.connection_id)
