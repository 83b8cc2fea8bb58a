"""Changes of a conversation's items, as events for the two people in it."""

from __future__ import annotations

from collections.abc import Iterator

from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.events import Event, EventType, event_id_of
from peerlearn.domain.ids import new_id
from peerlearn.domain.messages import Message, Pair
from peerlearn.domain.pushes import PushedMessage, PushedReading, PushedTyping
from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.conversations import conversation_of, message_of


def message_data(message: Message, *, is_read: bool) -> PushedMessage:
    """Return a message as clients see it."""
    return PushedMessage(
        messageId=message.message_id,
        conversationId=message.pair.conversation_id,
        seq=message.seq,
        senderId=message.sender_id,
        receiverId=message.receiver_id,
        message=message.text,
        isRead=is_read,
        createdAt=to_rfc3339(message.created_at),
    )


def typing_event(sender_id: str, receiver_id: str) -> Event:
    """Return the event that somebody is writing. It is told once and not stored, so its id is new."""
    return Event(
        EventType.TYPING,
        new_id("evt"),
        (receiver_id,),
        PushedTyping(senderId=sender_id, conversationId=Pair.of(sender_id, receiver_id).conversation_id),
        utc_now(),
    )


def decode(change: RecordChange) -> Iterator[Event]:
    """Yield the events of a message that was stored, and of a conversation that was read further."""
    if change.new is None:
        return
    if change.entity == Entity.MESSAGE and change.old is None:
        message = message_of(change.new)
        yield Event(
            EventType.MESSAGE_CREATED,
            event_id_of(EventType.MESSAGE_CREATED, message.message_id),
            (message.receiver_id, message.sender_id),
            message_data(message, is_read=False),
            message.created_at,
            origin=message.origin,
        )
    if change.entity == Entity.CONVERSATION and change.differs("readLow", "readHigh"):
        conversation = conversation_of(change.new)
        reader: str = change.new["lastReader"]
        read_up_to = conversation.reading(reader).up_to
        conversation_id = conversation.pair.conversation_id
        yield Event(
            EventType.MESSAGE_READ,
            event_id_of(EventType.MESSAGE_READ, conversation_id, reader, str(read_up_to)),
            (conversation.pair.other(reader), reader),
            PushedReading(conversationId=conversation_id, readerId=reader, readUpTo=read_up_to),
            change.at,
            origin=change.new.get("readOrigin"),
        )
