"""Messages that clients send, and the ticket's answer."""

from __future__ import annotations

from typing import Literal

from peerlearn.http.messages import ClientMessageId, MessageText, Seq
from peerlearn.http.models import Identifier, Moment, RequestModel, ResponseModel


class TicketData(ResponseModel):
    ticket: str
    web_socket_url: str
    expires_at: Moment


class SendMessage(RequestModel):
    action: Literal["sendMessage"]
    receiver_id: Identifier
    message: MessageText
    client_message_id: ClientMessageId | None = None


class MarkRead(RequestModel):
    action: Literal["markRead"]
    peer_id: Identifier
    read_up_to: Seq


class Typing(RequestModel):
    action: Literal["typing"]
    receiver_id: Identifier


class Ping(RequestModel):
    action: Literal["ping"]
