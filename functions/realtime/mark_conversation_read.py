"""markRead: everything up to a message is read."""

from __future__ import annotations

from functions.realtime.schemas import ConversationRead, MarkRead, ReadingData
from peerlearn.bootstrap.messages import message_service
from peerlearn.http.websocket import Sender, on_message


@on_message(MarkRead)
def lambda_handler(mark: MarkRead, sender: Sender) -> ConversationRead:
    user_id = sender.principal.user_id
    conversation = message_service().mark_read(
        sender.principal, mark.peer_id, mark.read_up_to, origin=sender.connection_id
    )
    data = ReadingData(
        peerId=mark.peer_id, readUpTo=conversation.reading(user_id).up_to, unread=conversation.unread(user_id)
    )
    return ConversationRead(type="conversation.read", data=data)
