"""Conversations and their messages."""

from __future__ import annotations

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.messages import Conversation, Message, Pair, Reading, SharedCourse
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, Item, LastChange, stored_time


def conversation_fields(conversation: Conversation) -> Item:
    """Return the attributes of a head that a message changes; the read marks of the two stay as they are."""
    pair = conversation.pair
    last_at = to_rfc3339(conversation.last_at) if conversation.last_at else ""
    sort = index_keys.inbox_sort(last_at, pair.conversation_id)
    fields = {
        "entity": Entity.CONVERSATION.value,
        "low": pair.low,
        "high": pair.high,
        "lastSeq": conversation.last_seq,
        "sentLow": conversation.sent_low,
        "lastAt": last_at,
        LAST_CHANGE: LastChange.MESSAGE.value,
        "GSI1PK": index_keys.inbox_partition(pair.low),
        "GSI1SK": sort,
        "GSI2PK": index_keys.inbox_partition(pair.high),
        "GSI2SK": sort,
    }
    if conversation.shared_course is not None:
        fields["linkCourse"] = conversation.shared_course.course_id
        fields["linkTutor"] = conversation.shared_course.tutor_id
    return fields


def conversation_of(item: Item) -> Conversation:
    course_id = item.get("linkCourse")
    return Conversation(
        pair=Pair(item["low"], item["high"]),
        last_seq=int(item["lastSeq"]),
        sent_low=int(item["sentLow"]),
        last_at=stored_time(item, "lastAt"),
        read_low=Reading(int(item.get("readLow", 0)), int(item.get("seenLow", 0))),
        read_high=Reading(int(item.get("readHigh", 0)), int(item.get("seenHigh", 0))),
        shared_course=SharedCourse(course_id, item.get("linkTutor")) if course_id else None,
        gone=frozenset(item[side] for side in ("low", "high") if f"{side}Gone" in item),
    )


def message_item(message: Message) -> Item:
    pair = message.pair
    item = {
        **keys.message(pair.low, pair.high, message.seq).as_item(),
        "entity": Entity.MESSAGE.value,
        "messageId": message.message_id,
        "low": pair.low,
        "high": pair.high,
        "seq": message.seq,
        "senderId": message.sender_id,
        "message": message.text,
        "createdAt": to_rfc3339(message.created_at),
        "sentLow": message.sent_low,
    }
    optional = {"clientMessageId": message.client_message_id, "origin": message.origin}
    return item | {name: value for name, value in optional.items() if value is not None}


def message_of(item: Item) -> Message:
    return Message(
        message_id=item["messageId"],
        pair=Pair(item["low"], item["high"]),
        seq=int(item["seq"]),
        sender_id=item["senderId"],
        text=item["message"],
        created_at=from_rfc3339(item["createdAt"]),
        sent_low=int(item["sentLow"]),
        client_message_id=item.get("clientMessageId"),
        origin=item.get("origin"),
    )


def client_message_item(message: Message, ttl: int) -> Item:
    """Return the trace of a client's own message id; `ttl` is when it may be forgotten, in seconds since 1970."""
    return {
        **keys.client_message(message.sender_id, message.client_message_id or "").as_item(),
        "entity": Entity.CLIENT_MESSAGE.value,
        "low": message.pair.low,
        "high": message.pair.high,
        "seq": message.seq,
        "ttl": ttl,
    }


def named_message(trace: Item) -> tuple[Pair, int]:
    """Return which message a trace names: its conversation and its `seq`."""
    return Pair(trace["low"], trace["high"]), int(trace["seq"])
