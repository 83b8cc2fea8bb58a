"""markRead: everything up to a message is read."""

from __future__ import annotations

from typing import Any

from functions.realtime.schemas import MarkRead
from peerlearn.bootstrap.messages import message_service
from peerlearn.http.websocket import Sender, on_message


@on_message(MarkRead)
def lambda_handler(mark: MarkRead, sender: Sender) -> dict[str, Any]:
    user_id = sender.principal.user_id
    conversation = message_service().mark_read(
        sender.principal, mark.peer_id, mark.read_up_to, origin=sender.connection_id
    )
    data = {
        "peerId": mark.peer_id,
        "readUpTo": conversation.reading(user_id).up_to,
        "unread": conversation.unread(user_id),
    }
    return {"type": "conversation.read", "data": data}
