"""sendMessage: writes to somebody; answered once the message is stored."""

from __future__ import annotations

from functions.realtime.schemas import MessageAccepted, SendMessage
from peerlearn.bootstrap.messages import message_service
from peerlearn.bootstrap.standing import limits
from peerlearn.domain.limits import MESSAGES, SOCKET_MESSAGES, UNANSWERED_MESSAGES
from peerlearn.events.messages import message_data
from peerlearn.http.websocket import Sender, on_message
from peerlearn.metrics import counted


@on_message(SendMessage, admits_itself=True)
def lambda_handler(new: SendMessage, sender: Sender) -> MessageAccepted:
    with counted("Messages"):
        message, is_read = message_service().send(
            sender.principal,
            new.receiver_id,
            new.message,
            new.client_message_id,
            origin=sender.connection_id,
            admission=sender.admission(SOCKET_MESSAGES, MESSAGES),
            unanswered=limits()[UNANSWERED_MESSAGES],
        )
    return MessageAccepted(type="message.accepted", data=message_data(message, is_read=is_read))
