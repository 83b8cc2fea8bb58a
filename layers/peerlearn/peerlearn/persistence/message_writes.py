"""Writes of a conversation: a message with its conditions, and the mark of how far somebody has read."""

from __future__ import annotations

from datetime import timedelta

from peerlearn.domain.messages import Conversation, Message, Pair, SharedCourse
from peerlearn.persistence import keys
from peerlearn.persistence.counters import adding
from peerlearn.persistence.guards import NOT_ERASED, holds_seat
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, LastChange
from peerlearn.persistence.items.conversations import client_message_item, conversation_fields, message_item
from peerlearn.persistence.table import Item
from peerlearn.persistence.writes import Write, check, put, setting

# How long a client may retry a message under its own id.
_REMEMBERED = timedelta(days=30)


def message_writes(
    head: Conversation | None, following: Conversation, message: Message, shared_course: SharedCourse | None
) -> list[Write]:
    """Return the writes of a message: the head that it makes, the message, and the trace of its client's own id.

    head at n, no message n+1   -> head at n+1, message n+1
    head at m > n               -> somebody else was first
    message n+1 is this one     -> our own commit, its reply lost
    """
    is_new = "attribute_not_exists(PK)"
    writes = [_head_write(head, following), put(message_item(message), condition=is_new)]
    if message.client_message_id is not None:
        forgotten = int((message.created_at + _REMEMBERED).timestamp())
        writes.append(put(client_message_item(message, forgotten), condition=is_new))
    if shared_course is not None:
        writes += _shared_course_checks(message.pair, shared_course)
    if head is None:
        # Guarded by the head, which begins but once.
        writes += [_counting(user_id) for user_id in (message.pair.low, message.pair.high)]
    return writes


def _counting(user_id: str) -> Write:
    counter = keys.inbox_counter(user_id)
    names = {"#erased": "erasedAt"}
    return adding(counter, Entity.INBOX, 1, attribute="conversations", condition=NOT_ERASED, names=names)


def _head_write(head: Conversation | None, following: Conversation) -> Write:
    names: dict[str, str] = {}
    values: Item = {}
    # (none) -> head at 1;  head at n -> head at n+1, and only from there
    is_as_read = "attribute_not_exists(PK)"
    if head is not None:
        is_as_read = "#seen = :seen AND attribute_not_exists(#lowGone) AND attribute_not_exists(#highGone)"
        names = {"#seen": "lastSeq", "#lowGone": "lowGone", "#highGone": "highGone"}
        values = {":seen": head.last_seq}
    key = keys.conversation(following.pair.low, following.pair.high)
    return setting(key, conversation_fields(following), condition=is_as_read, names=names, values=values)


def _shared_course_checks(pair: Pair, shared_course: SharedCourse) -> list[Write]:
    teaches = "#tutor = :tutor"
    people = (pair.low, pair.high)
    checks = [holds_seat(user_id, shared_course.course_id) for user_id in people if user_id != shared_course.tutor_id]
    if shared_course.tutor_id is not None:
        checks.append(
            check(
                keys.course(shared_course.course_id),
                teaches,
                names={"#tutor": "tutorId"},
                values={":tutor": shared_course.tutor_id},
            )
        )
    return checks


def reading_write(message: Message, reader_id: str, origin: str | None) -> Write:
    """Return the write that marks a conversation as read up to a message."""
    side = "Low" if reader_id == message.pair.low else "High"
    fields: Item = {
        f"read{side}": message.seq,
        f"seen{side}": message.received_by(reader_id),
        LAST_CHANGE: LastChange.READ.value,
        "lastReader": reader_id,
    }
    if origin is not None:
        fields["readOrigin"] = origin
    # nothing read, or up to less -> up to here;  as far or further, our own lost write included -> as it is
    is_further = "attribute_exists(PK) AND (attribute_not_exists(#before) OR #before < :upTo)"
    return setting(
        keys.conversation(message.pair.low, message.pair.high),
        fields,
        removed=["readOrigin"] if origin is None else [],
        condition=is_further,
        names={"#before": f"read{side}"},
        values={":upTo": message.seq},
    )
