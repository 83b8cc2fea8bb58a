"""ping: the connection is alive."""

from __future__ import annotations

from functions.realtime.schemas import Ping, Pong
from peerlearn.http.websocket import Sender, on_message


@on_message(Ping)
def lambda_handler(_: Ping, __: Sender) -> Pong:
    return Pong(type="pong")
