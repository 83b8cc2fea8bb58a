"""$connect: the connection is there to be pushed to, unless its session has ended meanwhile."""

from __future__ import annotations

from peerlearn.bootstrap.realtime import realtime_service
from peerlearn.http.websocket import Sender, on_connection


@on_connection("CONNECT")
def lambda_handler(sender: Sender) -> None:
    realtime_service().connect(sender.principal, sender.epoch, sender.connection_id)
