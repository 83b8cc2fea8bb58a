"""Bodies and answers of the `messages` endpoints."""

from __future__ import annotations

from peerlearn.domain.messages import InboxEntry, Message, MessagePage
from peerlearn.domain.users import FORMER_LEARNER, User
from peerlearn.http.messages import ClientMessageId, MessageText, Seq
from peerlearn.http.models import Identifier, Moment, RequestModel, ResponseModel


class NewMessage(RequestModel):
    receiver_id: Identifier
    message: MessageText
    client_message_id: ClientMessageId | None = None


class ReadMark(RequestModel):
    """The `seq` of the last message that was read."""

    read_up_to: Seq


class MessageView(ResponseModel):
    message_id: str
    conversation_id: str
    seq: int
    sender_id: str
    receiver_id: str
    message: str
    is_read: bool
    created_at: Moment

    @classmethod
    def of(cls, message: Message, *, is_read: bool) -> MessageView:
        return cls(
            message_id=message.message_id,
            conversation_id=message.pair.conversation_id,
            seq=message.seq,
            sender_id=message.sender_id,
            receiver_id=message.receiver_id,
            message=message.text,
            is_read=is_read,
            created_at=message.created_at,
        )


class MessageData(ResponseModel):
    message: MessageView


class PersonView(ResponseModel):
    user_id: str
    name: str

    @classmethod
    def of(cls, user_id: str, user: User | None) -> PersonView:
        return cls(user_id=user_id, name=user.name if user else FORMER_LEARNER)


class MessagesData(ResponseModel):
    peer: PersonView
    messages: list[MessageView]

    @classmethod
    def of(cls, page: MessagePage, peer_id: str) -> MessagesData:
        messages = [MessageView.of(one, is_read=page.conversation.is_read(one)) for one in page.messages]
        return cls(peer=PersonView.of(peer_id, page.peer), messages=messages)


class ConversationView(ResponseModel):
    peer: PersonView
    last_message: MessageView
    unread: int

    @classmethod
    def of(cls, entry: InboxEntry, user_id: str) -> ConversationView:
        conversation, message = entry.conversation, entry.last_message
        return cls(
            peer=PersonView.of(entry.peer_id, entry.peer),
            last_message=MessageView.of(message, is_read=conversation.is_read(message)),
            unread=conversation.unread(user_id),
        )


class ConversationsData(ResponseModel):
    conversations: list[ConversationView]


class ReadingView(ResponseModel):
    peer_id: str
    read_up_to: int
    unread: int


class ReadingData(ResponseModel):
    conversation: ReadingView
