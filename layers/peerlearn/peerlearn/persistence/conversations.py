"""Conversations: the head, its messages, and the trace by which a repeated message is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

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
from peerlearn.domain.users import Principal, User
from peerlearn.persistence import keys
from peerlearn.persistence.inbox import Inbox
from peerlearn.persistence.items.conversations import (
    conversation_of,
    message_of,
    named_message,
)
from peerlearn.persistence.items.standing import standing_in
from peerlearn.persistence.message_writes import message_writes, reading_write
from peerlearn.persistence.names import users_of
from peerlearn.persistence.ranges import items_between
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.standing import admitting, refused
from peerlearn.persistence.table import ConditionFailed, Table

_HEAD, _MESSAGE = 0, 1


class ConversationRepository:
    """Reads and writes conversations by the pair of their people."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- writing ------------------------------------------------------------------------------------------------

    def look_up(self, pair: Pair, sender: Principal, client_message_id: str | None) -> FoundConversation:
        """Return the situation that a message depends on: one read, two for a repeated message."""
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

        Parameters
        ----------
        before: Conversation or None
            The head as it was read; None where the conversation begins.
        shared_course: SharedCourse or None
            The course that must still connect the two when the message is stored; None where none needs to.
        admission: Admission, optional
            Of the sender.

        Raises
        ------
        Collision
            Its situation is the head as it is, and the message that is stored already under the client's id.
        SharedCourseEnded
            It does not hold any more, or one of the two has erased their account.
        Unauthenticated, TooManyRequests
        """
        writes = message_writes(before, after, message, shared_course)
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
        """Mark everything up to a message as read by one of the two; never move backwards.

        Returns
        -------
        Conversation
            As it is then.

        Raises
        ------
        NotFound
            It was deleted at the same moment.
        """
        try:
            written = self._table.write(reading_write(message, reader_id, origin), returning="ALL_NEW")
        except ConditionFailed as failure:
            (found,) = failure.found
            if found is None:
                raise no_conversation() from failure
            return conversation_of(found)
        return conversation_of(written or {})

    # -- reading ------------------------------------------------------------------------------------------------

    def head_and_message(self, pair: Pair, seq: int) -> tuple[Conversation | None, Message | None]:
        """Return a conversation's head and one of its messages, each where it exists, in one read."""
        head, message = keys.conversation(pair.low, pair.high), keys.message(pair.low, pair.high, seq)
        found = self._table.batch_get([head, message])
        return (
            conversation_of(found[head]) if head in found else None,
            message_of(found[message]) if message in found else None,
        )

    def conversation(self, pair: Pair) -> Conversation | None:
        """Return the head of a conversation, or None."""
        item = self._table.get(keys.conversation(pair.low, pair.high))
        return conversation_of(item) if item else None

    def page_with_peer(self, pair: Pair, peer_id: str, wanted: MessageRange) -> tuple[MessagePage | None, User | None]:
        """Return a page of a conversation's messages, None where it has not begun, and somebody's account, at once."""
        with SideBySide() as together:
            page = together.begin(partial(self.page, pair, wanted))
            peer = together.begin(partial(users_of, self._table, [peer_id]))
            return page.result(), peer.result().get(peer_id)

    def page(self, pair: Pair, wanted: MessageRange) -> MessagePage | None:
        """Return a page of a conversation's messages; None where it has not begun.

        The newest ones, and those after a `seq` when fewer than the limit follow it, come with the head in one Query.
        Those before a `seq` have known keys, since no `seq` is left out: one BatchGet reads them with the head.
        """
        if wanted.before is not None:
            return self._page_before(pair, wanted.before, wanted.limit)
        items = items_between(
            self._table,
            keys.conversation_partition(pair.low, pair.high),
            keys.message(pair.low, pair.high, (wanted.after or 0) + 1).sk,
            keys.conversation(pair.low, pair.high).sk,
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
        """Return somebody's conversations by their last message, newest first, and how many there are."""
        return Inbox(self._table, user_id).page(wanted)

    def newest(self, conversations: Sequence[Conversation]) -> dict[Pair, tuple[Conversation, Message]]:
        """Return the present heads of conversations that an index named, each with its last message."""
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
        # A conversation ends with the second of its people, even while the index still shows it.
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
