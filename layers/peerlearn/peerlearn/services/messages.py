"""Writing to each other, reading, and marking as read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import UserNotFound, ValidationFailed
from peerlearn.domain.ids import id_of_named_request, new_id
from peerlearn.domain.limits import Limit
from peerlearn.domain.messages import (
    Conversation,
    Draft,
    FoundConversation,
    InboxEntry,
    Message,
    MessagePage,
    MessageRange,
    Pair,
    SharedCourse,
    SharedCourseEnded,
    no_conversation,
)
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import Principal, User
from peerlearn.services.deciding import until_applied
from peerlearn.services.reach import Neighbours, Reach


class Conversations(Protocol):
    """See `peerlearn.persistence.conversations`."""

    def look_up(self, pair: Pair, sender: Principal, client_message_id: str | None) -> FoundConversation: ...
    def append(
        self,
        before: Conversation | None,
        after: Conversation,
        message: Message,
        shared_course: SharedCourse | None,
        token: str,
        admission: Admission | None = None,
    ) -> None: ...
    def mark_read(self, message: Message, reader_id: str, origin: str | None) -> Conversation: ...
    def head_and_message(self, pair: Pair, seq: int) -> tuple[Conversation | None, Message | None]: ...
    def conversation(self, pair: Pair) -> Conversation | None: ...
    def page_with_peer(
        self, pair: Pair, peer_id: str, wanted: MessageRange
    ) -> tuple[MessagePage | None, User | None]: ...
    def inbox(self, user_id: str, wanted: PageRequest) -> PageResult[Conversation]: ...
    def newest(self, conversations: Sequence[Conversation]) -> Mapping[Pair, tuple[Conversation, Message]]: ...


class People(Neighbours, Protocol):
    """The same store, asked for names as well."""

    def users(self, user_ids: Sequence[str]) -> Mapping[str, User]: ...


def _patient() -> Backoff:
    """Return how long to try for the next place of a conversation."""
    # One writer wins each turn, and the others know at once where to go on. All draw from the same window, however
    # often they lost: with a growing one, who comes new overtakes those who wait (32 writers took twice as long).
    # With a last transaction it all ends within a function's ten seconds.
    return Backoff(attempts=60, base=0.25, cap=0.25, budget=5.0)


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A message that somebody asks to send; they may not be allowed to, or may have sent it already."""

    sender: Principal
    receiver_id: str
    text: str
    client_message_id: str | None
    origin: str | None
    unanswered: Limit | None

    def draft(self, pair: Pair, now: datetime) -> Draft:
        return Draft(
            message_id=new_id("msg"),
            pair=pair,
            sender_id=self.sender.user_id,
            text=self.text,
            written_at=now,
            client_message_id=self.client_message_id,
            origin=self.origin,
            unanswered=self.unanswered,
        )


class MessageService:
    """The use cases of the `messages` endpoints and of the WebSocket."""

    def __init__(
        self,
        conversations: Conversations,
        people: People,
        clock: Clock = utc_now,
        backoff: Callable[[], Backoff] = _patient,
    ) -> None:
        self._conversations = conversations
        self._people = people
        self._reach = Reach(people)
        self._clock = clock
        self._backoff = backoff

    def send(
        self,
        sender: Principal,
        receiver_id: str,
        text: str,
        client_message_id: str | None = None,
        origin: str | None = None,
        admission: Admission | None = None,
        unanswered: Limit | None = None,
    ) -> tuple[Message, bool]:
        """Store a message, and tell whether it is read already (a repeated one may be).

        Two round trips. The first message to somebody takes two or three more, to find out what connects the two;
        until they answer, that course's condition is part of the transaction, which takes none.

        Parameters
        ----------
        client_message_id: str, optional
            The client's own id: a message stored under it before is answered again and nothing is stored.
        origin: str, optional
            The connection it came by.
        admission: Admission, optional
            The sender's; without one the product itself acts, or its operator.
        unanswered: Limit, optional
            How many somebody may be sent who has never answered.

        Raises
        ------
        Unauthenticated, TooManyRequests
        UserNotFound
        Forbidden
            No shared course, not its tutor, and the receiver has not written to the sender.
        ValidationFailed
            To oneself.
        Conflict
            The client's own id stands for another message: of another text, or to somebody else.
        """
        pair = self._pair(sender, receiver_id, "receiverId")
        named = client_message_id or id_of_named_request("idm")
        return self._send(pair, _Outgoing(sender, receiver_id, text, named, origin, unanswered), admission)

    def _send(self, pair: Pair, outgoing: _Outgoing, admission: Admission | None) -> tuple[Message, bool]:
        def load(asked: Admission | None) -> tuple[FoundConversation, Admission | None]:
            found = self._conversations.look_up(pair, outgoing.sender, outgoing.client_message_id)
            return found, asked.seeing(found.standing, self._clock()) if asked else None

        found, admission = load(admission)
        if found.stored is not None:
            found.stored.require_repeated(outgoing.receiver_id, outgoing.text)
            return found.stored, found.head is not None and found.head.is_read(found.stored)
        draft = outgoing.draft(pair, self._clock())

        def stored_with(shared_course: SharedCourse | None) -> Message:
            carry_out = partial(self._append, draft, shared_course)
            return until_applied(load, carry_out, admission=admission, found=found, tries=self._backoff().waits())

        try:
            message = stored_with(self._reach.needed_course(found.head, outgoing.sender, outgoing.receiver_id))
        except SharedCourseEnded:
            # They may share another course.
            message = stored_with(self._reach.course_in_common(outgoing.sender, outgoing.receiver_id))
        # Another request may have stored a message under the same id at the same moment.
        message.require_repeated(outgoing.receiver_id, outgoing.text)
        return message, False

    def _append(
        self,
        draft: Draft,
        shared_course: SharedCourse | None,
        found: FoundConversation,
        admission: Admission | None,
        token: str,
    ) -> Message:
        if found.stored is not None:
            # Our own commit has counted it; a message that another request stored is counted by its answer.
            if admission is not None and found.stored.message_id == draft.message_id:
                admission.spent(draft.written_at)
            return found.stored
        if found.head is not None:
            found.head.require_both(draft.sender_id)
        after, message = (found.head or Conversation(draft.pair)).with_next(draft, shared_course)
        self._conversations.append(found.head, after, message, shared_course, token, admission)
        return message

    def require_reach(self, sender: Principal, receiver_id: str) -> None:
        """Check that the sender may write to the receiver.

        Raises
        ------
        UserNotFound, Forbidden, ValidationFailed
        """
        pair = self._pair(sender, receiver_id, "receiverId")
        conversation = self._conversations.conversation(pair)
        if conversation is not None:
            conversation.require_both(sender.user_id)
        if conversation is None or not conversation.received_by(sender.user_id):
            self._reach.course_in_common(sender, receiver_id)

    def messages(self, caller: Principal, peer_id: str, wanted: MessageRange) -> MessagePage:
        """A page of the conversation with somebody, and who that is; empty where none has begun.

        Raises
        ------
        UserNotFound
        ValidationFailed
            With oneself, or `after` and `before` at once.
        """
        pair = self._pair(caller, peer_id, "with")
        if wanted.after is not None and wanted.before is not None:
            raise ValidationFailed(("before", Problem(Rule.NOT_TOGETHER, "cannot be combined with after")))
        page, peer = self._conversations.page_with_peer(pair, peer_id, wanted)
        if page is None and peer is None:
            raise UserNotFound
        return replace(page or MessagePage(Conversation(pair), [], more=False), peer=peer)

    def conversations(self, caller: Principal, wanted: PageRequest) -> PageResult[InboxEntry]:
        """The caller's conversations, newest first."""
        page = self._conversations.inbox(caller.user_id, wanted)
        if not page.entries:
            return page.with_entries([])
        present = self._conversations.newest(page.entries)
        people = self._people.users([conversation.pair.other(caller.user_id) for conversation in page.entries])
        entries = []
        for pair, (conversation, message) in present.items():
            peer_id = pair.other(caller.user_id)
            entries.append(InboxEntry(conversation, peer_id, people.get(peer_id), message))
        return page.with_entries(entries)

    def mark_read(self, caller: Principal, peer_id: str, read_up_to: int, origin: str | None = None) -> Conversation:
        """Everything up to that `seq` is read by the caller; less than before changes nothing.

        Raises
        ------
        NotFound
            The two have no conversation.
        ValidationFailed
            There is no such message.
        """
        pair = self._pair(caller, peer_id, "peerId")
        conversation, message = self._conversations.head_and_message(pair, read_up_to)
        if conversation is None:
            raise no_conversation()
        if message is None:
            last = conversation.last_seq
            problem = Problem(Rule.TOO_LARGE, f"is past the last message, which is {last}", last)
            raise ValidationFailed(("readUpTo", problem))
        if conversation.reading(caller.user_id).up_to >= read_up_to:
            return conversation
        return self._conversations.mark_read(message, caller.user_id, origin)

    def _pair(self, caller: Principal, peer_id: str, field: str) -> Pair:
        if peer_id == caller.user_id:
            raise ValidationFailed((field, Problem(Rule.ONESELF, "must be somebody else")))
        return Pair.of(caller.user_id, peer_id)
