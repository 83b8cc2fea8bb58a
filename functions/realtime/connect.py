"""$connect: the connection is there to be pushed to, unless its session has ended meanwhile."""

from __future__ import annotations

from peerlearn.bootstrap.realtime import connection_service
from peerlearn.http.websocket import Sender, on_connection


@on_connection("CONNECT")
def lambda_handler(sender: Sender) -> None:
    connection_service().connect(sender.principal, sender.connection_id)
