"""Messages that clients send and what they are answered, and the ticket's answer."""

from __future__ import annotations

from typing import Literal, TypedDict

from peerlearn.domain.pushes import PushedMessage
from peerlearn.http.messages import ClientMessageId, MessageText, Seq
from peerlearn.http.models import Identifier, Moment, RequestModel, ResponseModel


class TicketData(ResponseModel):
    ticket: str
    web_socket_url: str
    expires_at: Moment


class SendMessage(RequestModel):
    """Writes to somebody."""

    action: Literal["sendMessage"]
    receiver_id: Identifier
    message: MessageText
    client_message_id: ClientMessageId | None = None


class MarkRead(RequestModel):
    """Everything up to a `seq` is read."""

    action: Literal["markRead"]
    peer_id: Identifier
    read_up_to: Seq


class Typing(RequestModel):
    """The sender is writing to somebody."""

    action: Literal["typing"]
    receiver_id: Identifier


class Ping(RequestModel):
    """Is the connection alive?"""

    action: Literal["ping"]


class MessageAccepted(TypedDict):
    """The message is stored."""

    type: Literal["message.accepted"]
    data: PushedMessage


class ReadingData(TypedDict):
    peerId: str
    readUpTo: int
    unread: int


class ConversationRead(TypedDict):
    """How far the conversation is read, which may be further than asked for."""

    type: Literal["conversation.read"]
    data: ReadingData


class TypingAccepted(TypedDict):
    """The receiver's devices are told."""

    type: Literal["typing.accepted"]


class Pong(TypedDict):
    """It is."""

    type: Literal["pong"]
