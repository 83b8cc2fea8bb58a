"""Conversations: the head, its messages, and what a retry is recognised by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from peerlearn.domain.messages import (
    Conversation,
    FoundConversation,
    Message,
    MessagePage,
    MessageRange,
    Pair,
    SharedCourse,
    SharedCourseEnded,
    no_conversation,
)
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.retrying import Collision
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import Principal
from peerlearn.persistence import keys
from peerlearn.persistence.guards import NOT_ERASED, holds_seat
from peerlearn.persistence.inbox import Inbox
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, LastChange
from peerlearn.persistence.items.conversations import (
    client_message_item,
    conversation_fields,
    conversation_of,
    message_item,
    message_of,
    named_message,
)
from peerlearn.persistence.items.standing import standing_in
from peerlearn.persistence.standing import admitting, refused
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import Write, check, put, update

# How long a client may retry a message under its own id.
_REMEMBERED = timedelta(days=30)
_HEAD, _MESSAGE = 0, 1


class ConversationRepository:
    """Conversations by the pair of their people."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- writing ------------------------------------------------------------------------------------------------

    def look_up(self, pair: Pair, sender: Principal, client_message_id: str | None) -> FoundConversation:
        """Return what a message depends on: one read, two for a repeated message."""
        head, standing = keys.conversation(pair.low, pair.high), keys.standing(sender.user_id)
        wanted = [head, standing]
        if client_message_id is not None:
            wanted.append(keys.client_message(sender.user_id, client_message_id))
        found = self._table.batch_get(wanted)
        trace = found.get(wanted[-1]) if client_message_id is not None else None
        return FoundConversation(
            conversation_of(found[head]) if head in found else None,
            self._message(*named_message(trace)) if trace else None,
            standing_in(found, sender.user_id),
        )

    def append(
        self,
        before: Conversation | None,
        after: Conversation,
        message: Message,
        shared_course: SharedCourse | None,
        token: str,
        admission: Admission | None = None,
    ) -> None:
        """Write a message and the head that it makes, wholly or not at all.

            head at n, no message n+1   -> head at n+1, message n+1
            head at m > n               -> somebody else was first
            message n+1 is this one     -> our own commit, its reply lost

        Parameters
        ----------
        before: Conversation or None
            The head as it was read; None where the conversation begins.
        shared_course: SharedCourse or None
            What must still hold when the message is stored; None where nothing needs to.
        admission: Admission, optional
            Of the sender.

        Raises
        ------
        Collision
            Its situation is the head as it is, and what is stored already under the client's id.
        SharedCourseEnded
            It does not hold any more, or one of the two has erased their account.
        Unauthenticated, TooManyRequests
        """
        writes = _writes(before, after, message, shared_course)
        if admission is not None:
            writes.append(admitting(admission, message.created_at))
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            found = failure.found[_MESSAGE]
            if found is None or found["messageId"] != message.message_id:
                raise self._collision(failure, message, shared_course, admission) from failure
        if admission is not None:
            admission.spent(message.created_at)

    def _collision(
        self,
        failure: ConditionFailed,
        message: Message,
        shared_course: SharedCourse | None,
        admission: Admission | None,
    ) -> Exception:
        has_own_id = message.client_message_id is not None
        if has_own_id and failure.failed[_MESSAGE + 1]:
            stored = self._message(*named_message(failure.found[_MESSAGE + 1] or {}))
            return Collision(FoundConversation(None, stored, None), admission)
        if admission is not None:
            admission = refused(admission, failure, -1, message.created_at)
        checks = failure.failed[_MESSAGE + (2 if has_own_id else 1) : -1 if admission else None]
        if shared_course is not None and any(checks):
            return SharedCourseEnded()
        head = failure.found[_HEAD]
        # DynamoDB does not tell it when another writer was at the head in that very moment.
        return Collision(FoundConversation(conversation_of(head), None, None) if head else None, admission)

    def mark_read(self, message: Message, reader_id: str, origin: str | None) -> Conversation:
        """Everything up to that message is read by one of the two; never moves backwards.

        Returns
        -------
        Conversation
            As it is then.

        Raises
        ------
        NotFound
            It was deleted at the same moment.
        """
        side = "Low" if reader_id == message.pair.low else "High"
        names = {"#read": f"read{side}", "#seen": f"seen{side}", "#change": LAST_CHANGE, "#reader": "lastReader"}
        values: Item = {
            ":seq": message.seq,
            ":seen": message.received_by(reader_id),
            ":change": LastChange.READ.value,
            ":reader": reader_id,
        }
        expression = "SET #read = :seq, #seen = :seen, #change = :change, #reader = :reader"
        names["#origin"] = "readOrigin"
        if origin is None:
            expression += " REMOVE #origin"
        else:
            expression += ", #origin = :origin"
            values[":origin"] = origin
        # nothing read, or up to less -> up to here;  as far or further, our own lost write included -> as it is
        is_further = "attribute_exists(PK) AND (attribute_not_exists(#read) OR #read < :seq)"
        key = keys.conversation(message.pair.low, message.pair.high)
        try:
            written = self._table.write(
                update(key, expression, condition=is_further, names=names, values=values), returning="ALL_NEW"
            )
        except ConditionFailed as failure:
            (found,) = failure.found
            if found is None:
                raise no_conversation() from failure
            return conversation_of(found)
        return conversation_of(written or {})

    # -- reading ------------------------------------------------------------------------------------------------

    def head_and_message(self, pair: Pair, seq: int) -> tuple[Conversation | None, Message | None]:
        """Both in one read, those that exist."""
        head, message = keys.conversation(pair.low, pair.high), keys.message(pair.low, pair.high, seq)
        found = self._table.batch_get([head, message])
        return (
            conversation_of(found[head]) if head in found else None,
            message_of(found[message]) if message in found else None,
        )

    def conversation(self, pair: Pair) -> Conversation | None:
        item = self._table.get(keys.conversation(pair.low, pair.high))
        return conversation_of(item) if item else None

    def page(self, pair: Pair, wanted: MessageRange) -> MessagePage | None:
        """Messages of one conversation, None where it has not begun.

        The newest ones, and those after a `seq` when fewer than the limit follow it, come with the head in one Query.
        Those before a `seq` have known keys, since no `seq` is left out: one BatchGet reads them with the head.
        """
        if wanted.before is not None:
            return self._page_before(pair, wanted.before, wanted.limit)
        items = self._table.query(
            "#pk = :pk AND #sk BETWEEN :first AND :head",
            {
                ":pk": keys.conversation_partition(pair.low, pair.high),
                ":first": keys.message(pair.low, pair.high, (wanted.after or 0) + 1).sk,
                ":head": keys.conversation(pair.low, pair.high).sk,
            },
            names={"#pk": "PK", "#sk": "SK"},
            forward=wanted.after is not None,
            limit=wanted.limit + 1,
        )
        messages = sorted((message_of(item) for item in items if "seq" in item), key=lambda message: message.seq)
        heads = [conversation_of(item) for item in items if "seq" not in item]
        head = heads[0] if heads else self.conversation(pair)
        if head is None:
            return None
        if wanted.after is None:
            return MessagePage(head, messages, more=bool(messages) and messages[0].seq > 1)
        messages = messages[: wanted.limit]
        return MessagePage(head, messages, more=bool(messages) and messages[-1].seq < head.last_seq)

    def inbox(self, user_id: str, wanted: PageRequest) -> PageResult[Conversation]:
        """Somebody's conversations by their last message, newest first, and how many there are."""
        return Inbox(self._table, user_id).page(wanted)

    def newest(self, conversations: Sequence[Conversation]) -> dict[Pair, tuple[Conversation, Message]]:
        """The present heads of conversations that an index named, each with its last message."""
        heads = {conversation.pair: conversation for conversation in conversations}
        wanted = [keys.conversation(pair.low, pair.high) for pair in heads]
        wanted += [keys.message(pair.low, pair.high, head.last_seq) for pair, head in heads.items()]
        found = self._table.batch_get(wanted)
        for item in list(found.values()):
            if "seq" not in item:
                head = conversation_of(item)
                # The index had not seen the last message yet.
                if head.last_seq != heads[head.pair].last_seq:
                    found |= self._table.batch_get([keys.message(head.pair.low, head.pair.high, head.last_seq)])
                heads[head.pair] = head
        # One whose two people have both gone is gone as well, whatever the index says.
        return {
            pair: (head, message_of(message))
            for pair, head in heads.items()
            if (message := found.get(keys.message(pair.low, pair.high, head.last_seq))) is not None
        }

    def _page_before(self, pair: Pair, before: int, limit: int) -> MessagePage | None:
        head = keys.conversation(pair.low, pair.high)
        wanted = [keys.message(pair.low, pair.high, seq) for seq in range(max(1, before - limit), before)]
        found = self._table.batch_get([head, *wanted])
        if head not in found:
            return None
        conversation = conversation_of(found[head])
        if conversation.last_seq < before - 1:
            return self.page(pair, MessageRange(limit=limit))
        messages = [message_of(found[key]) for key in wanted]
        return MessagePage(conversation, messages, more=bool(messages) and messages[0].seq > 1)

    def _message(self, pair: Pair, seq: int) -> Message:
        item = self._table.get(keys.message(pair.low, pair.high, seq))
        if item is None:
            raise LookupError(f"message {seq} of {pair.conversation_id} is missing")
        return message_of(item)


def _writes(
    head: Conversation | None, following: Conversation, message: Message, shared_course: SharedCourse | None
) -> list[Write]:
    is_new = "attribute_not_exists(PK)"
    writes = [_head_write(head, following), put(message_item(message), condition=is_new)]
    if message.client_message_id is not None:
        forgotten = int((message.created_at + _REMEMBERED).timestamp())
        writes.append(put(client_message_item(message, forgotten), condition=is_new))
    if shared_course is not None:
        writes += _shared_course_checks(message.pair, shared_course)
    if head is None:
        # Guarded by the head, which begins but once.
        writes += [
            update(
                keys.inbox_counter(user_id),
                "SET #count = if_not_exists(#count, :zero) + :one, #entity = :entity",
                names={"#count": "conversations", "#entity": "entity", "#erased": "erasedAt"},
                condition=NOT_ERASED,
                values={":zero": 0, ":one": 1, ":entity": Entity.INBOX.value},
            )
            for user_id in (message.pair.low, message.pair.high)
        ]
    return writes


def _head_write(head: Conversation | None, following: Conversation) -> Write:
    fields = conversation_fields(following)
    values = {f":{name}": value for name, value in fields.items()}
    names = {f"#{name}": name for name in fields}
    # (none) -> head at 1;  head at n -> head at n+1, and only from there
    is_as_read = "attribute_not_exists(PK)"
    if head is not None:
        is_as_read = "#lastSeq = :before AND attribute_not_exists(#lowGone) AND attribute_not_exists(#highGone)"
        names |= {"#lowGone": "lowGone", "#highGone": "highGone"}
        values[":before"] = head.last_seq
    return update(
        keys.conversation(following.pair.low, following.pair.high),
        "SET " + ", ".join(f"#{name} = :{name}" for name in fields),
        condition=is_as_read,
        names=names,
        values=values,
    )


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
