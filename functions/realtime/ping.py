"""ping: the connection is alive."""

from __future__ import annotations

from typing import Any

from functions.realtime.schemas import Ping
from peerlearn.http.websocket import Sender, on_message


@on_message(Ping)
def lambda_handler(_: Ping, __: Sender) -> dict[str, Any]:
    return {"type": "pong"}
