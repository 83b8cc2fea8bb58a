"""Conversations of two people: permission to write, the `seq` of the next message, unread counts.

Every number here follows from the messages themselves. A message keeps how many of the conversation's messages up to
itself came from the first of the two, so for each `seq` it is known how many came from either; unread is the difference
of two such counts and can neither drift nor go below zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import Conflict, NotFound, UserNotFound
from peerlearn.domain.ids import derived_id
from peerlearn.domain.limits import Limit, note_usage
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.domain.standing import Standing
from peerlearn.domain.users import User

MESSAGE_MAX_LENGTH = 4000
CLIENT_MESSAGE_ID_MAX_LENGTH = 128
SEQ_MAX = 10**10 - 1


def no_conversation() -> NotFound:
    """Return what somebody is told who asks for a conversation that has not begun, or is gone."""
    return NotFound("You have no conversation with this person.")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, in the order of their ids, for either of them."""

    low: str
    high: str

    @classmethod
    def of(cls, one: str, other: str) -> Pair:
        return cls(*sorted((one, other)))

    @property
    def conversation_id(self) -> str:
        return derived_id("cnv", self.low, self.high)

    def other(self, user_id: str) -> str:
        return self.high if user_id == self.low else self.low


@dataclass(frozen=True, slots=True)
class SharedCourse:
    """Why two people may write to each other: both hold a seat in the course, or one does and `tutor_id` teaches it."""

    course_id: str
    tutor_id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message; `sent_low` counts the messages of `pair.low` up to and including this one."""

    message_id: str
    pair: Pair
    seq: int
    sender_id: str
    text: str
    created_at: datetime
    sent_low: int
    client_message_id: str | None = None
    origin: str | None = None

    @property
    def receiver_id(self) -> str:
        return self.pair.other(self.sender_id)

    def require_repeated(self, receiver_id: str, text: str) -> None:
        """Check that a client that sends this under the same id sends the same message again.

        Raises
        ------
        Conflict
        """
        if (self.receiver_id, self.text) != (receiver_id, text):
            raise Conflict("This clientMessageId stands for another message. Give each message an id of its own.")

    def received_by(self, user_id: str) -> int:
        """How many messages that person had been sent with this one."""
        return self.seq - self.sent_low if user_id == self.pair.low else self.sent_low


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that has no place in its conversation yet.

    `unanswered` is how many somebody may be sent who has never answered.
    """

    message_id: str
    pair: Pair
    sender_id: str
    text: str
    written_at: datetime
    client_message_id: str | None = None
    origin: str | None = None
    unanswered: Limit | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far one of the two has read: the `seq`, and how many messages of the other that is."""

    up_to: int = 0
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """The head of a conversation.

    `shared_course` is what allowed the last message that needed one; people in `gone` have erased their accounts.
    """

    pair: Pair
    last_seq: int = 0
    sent_low: int = 0
    last_at: datetime | None = None
    read_low: Reading = Reading()
    read_high: Reading = Reading()
    shared_course: SharedCourse | None = None
    gone: frozenset[str] = frozenset()

    def require_both(self, sender_id: str) -> None:
        """Both are still there to write to each other.

        Raises
        ------
        Unauthenticated, UserNotFound
        """
        if sender_id in self.gone:
            raise account_erased()
        if self.gone:
            raise UserNotFound

    def reading(self, user_id: str) -> Reading:
        return self.read_low if user_id == self.pair.low else self.read_high

    def received_by(self, user_id: str) -> int:
        """How many messages that person was sent."""
        return self.last_seq - self.sent_low if user_id == self.pair.low else self.sent_low

    def unread(self, user_id: str) -> int:
        return self.received_by(user_id) - self.reading(user_id).seen

    def is_read(self, message: Message) -> bool:
        """Return whether its receiver has read it."""
        return message.seq <= self.reading(message.receiver_id).up_to

    def with_next(self, draft: Draft, shared_course: SharedCourse | None) -> tuple[Conversation, Message]:
        """Return the conversation with the draft as its next message.

        Raises
        ------
        TooManyRequests
            Its receiver has never answered, and was sent as many as they may be.
        """
        limit = draft.unanswered
        if limit is not None and self.last_seq >= limit.quota and not self.received_by(draft.sender_id):
            note_usage(limit, self.last_seq, limit.seconds, 0)
            raise limit.exceeded(limit.seconds)
        # Clocks of two functions may differ a little; the order of times must not contradict the order of messages.
        at = draft.written_at if self.last_at is None else max(draft.written_at, self.last_at)
        sent_low = self.sent_low + (draft.sender_id == self.pair.low)
        message = Message(
            message_id=draft.message_id,
            pair=draft.pair,
            seq=self.last_seq + 1,
            sender_id=draft.sender_id,
            text=draft.text,
            created_at=at,
            sent_low=sent_low,
            client_message_id=draft.client_message_id,
            origin=draft.origin,
        )
        return replace(
            self, last_seq=message.seq, sent_low=sent_low, last_at=at, shared_course=shared_course or self.shared_course
        ), message


@dataclass(frozen=True, slots=True)
class FoundConversation:
    """All that a message depends on: the head, the message of its client's id, and its sender's standing."""

    head: Conversation | None
    stored: Message | None
    standing: Standing | None


class SharedCourseEnded(Exception):
    """The course that allowed two people to write to each other is shared no longer."""


@dataclass(frozen=True, slots=True)
class MessageRange:
    """Which messages of a conversation: the first ones behind `after`, or else the last ones before `before`."""

    after: int | None = None
    before: int | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages by `seq`, oldest first; `more` tells whether others follow in the direction that was asked for.

    `peer` is the other of the two; None for somebody who has gone.
    """

    conversation: Conversation
    messages: Sequence[Message]
    more: bool
    peer: User | None = None


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A conversation as its owner's list shows it; `peer` is None for somebody who has gone."""

    conversation: Conversation
    peer_id: str
    peer: User | None
    last_message: Message
