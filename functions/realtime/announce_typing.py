"""typing: tells somebody that one is writing to them; nothing is stored."""

from __future__ import annotations

from functions.realtime.schemas import Typing, TypingAccepted
from peerlearn.bootstrap.messages import message_service
from peerlearn.bootstrap.realtime import notifier
from peerlearn.events.messages import typing_event
from peerlearn.http.websocket import Sender, on_message


@on_message(Typing)
def lambda_handler(message: Typing, sender: Sender) -> TypingAccepted:
    message_service().require_reach(sender.principal, message.receiver_id)
    notifier().push(typing_event(sender.principal.user_id, message.receiver_id))
    return TypingAccepted(type="typing.accepted")
