"""Conversations under contention and lost replies: no gap in `seq`, nothing stored twice, unread always exact."""

from __future__ import annotations

import random
from contextlib import suppress
from functools import partial
from typing import TypeVar
from uuid import uuid4

import pytest

from peerlearn.domain.errors import (
    Conflict,
    Forbidden,
    NotFound,
    TemporarilyUnavailable,
    UserNotFound,
    ValidationFailed,
)
from peerlearn.domain.messages import Message, MessageRange, Pair
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from peerlearn.persistence.inbox import Inbox
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.messages import MessageService
from tests.integration.messages.conftest import stranger
from tests.support.at_once import succeed_at_once
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.leaving import leave_conversations
from tests.support.people import People, Person
from tests.support.wire import THROTTLED, Wire, conflict

T = TypeVar("T")
THREADS = 32
READ, TRANSACT, QUERY, GET = "BatchGetItem", "TransactWriteItems", "Query", "GetItem"


def everything(messages: MessageService, reader: Person, peer: Person) -> list[Message]:
    """The whole conversation, walked page by page."""
    found: list[Message] = []
    while True:
        page = messages.messages(reader.principal, peer.user_id, MessageRange(after=len(found), limit=100))
        found += page.messages
        if not page.more:
            return found


def unread(messages: MessageService, reader: Person) -> dict[str, int]:
    result = messages.conversations(reader.principal, PageRequest(limit=100))
    return {entry.peer_id: entry.conversation.unread(reader.user_id) for entry in result.entries}


def sent(messages: MessageService, sender: Person, receiver: Person, text: str) -> Message:
    """As a client does it: what was too busy is sent again under the same id."""
    client_message_id = uuid4().hex
    while True:
        with suppress(TemporarilyUnavailable):
            return messages.send(sender.principal, receiver.user_id, text, client_message_id)[0]


# -- contention -------------------------------------------------------------------------------------------------------


def test_32_writers_on_both_sides_leave_no_gap(messages: MessageService, ada: Person, bob: Person) -> None:
    def write(number: int) -> Message:
        sender, receiver = (ada, bob) if number % 2 else (bob, ada)
        return sent(messages, sender, receiver, str(number))

    accepted = succeed_at_once([partial(write, number) for number in range(THREADS)])
    stored = everything(messages, ada, bob)
    assert [message.seq for message in stored] == list(range(1, len(accepted) + 1))
    assert sorted((m.seq, m.message_id, m.text) for m in accepted) == [(m.seq, m.message_id, m.text) for m in stored]
    assert [message.created_at for message in stored] == sorted(message.created_at for message in stored)
    assert unread(messages, ada) == {bob.user_id: THREADS // 2}
    assert unread(messages, bob) == {ada.user_id: THREADS // 2}


def test_one_client_message_id_for_32_messages_at_once_is_one_of_them(
    messages: MessageService, ada: Person, bob: Person, cleo: Person
) -> None:
    def attempt(number: int) -> str | None:
        receiver = (bob, cleo)[number % 2]
        while True:
            try:
                return messages.send(ada.principal, receiver.user_id, f"text {number}", "mine")[0].text
            except Conflict:
                return None
            except TemporarilyUnavailable:
                continue

    answers = succeed_at_once([partial(attempt, number) for number in range(32)])
    (accepted,) = [text for text in answers if text is not None]
    stored = [*everything(messages, ada, bob), *everything(messages, ada, cleo)]
    assert [message.text for message in stored] == [accepted]


def test_one_client_message_id_sent_32_times_at_once(messages: MessageService, ada: Person, bob: Person) -> None:
    send = partial(messages.send, ada.principal, bob.user_id, "once", "the-same")
    answers = succeed_at_once([send for _ in range(THREADS)])
    assert len({message.message_id for message, _ in answers}) == 1
    assert [message.text for message in everything(messages, ada, bob)] == ["once"]


def test_both_begin_the_conversation_at_once(messages: MessageService, ada: Person, bob: Person) -> None:
    succeed_at_once(
        [
            partial(messages.send, ada.principal, bob.user_id, "a"),
            partial(messages.send, bob.principal, ada.user_id, "b"),
        ]
    )
    assert len(everything(messages, ada, bob)) == 2
    for person in (ada, bob):
        assert messages.conversations(person.principal, PageRequest()).total == 1


def test_unread_is_exact_while_both_write_and_read(messages: MessageService, ada: Person, bob: Person) -> None:
    messages.send(ada.principal, bob.user_id, "first")

    def act(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 (no secret)
        one, other = (ada, bob) if chance.random() < 0.5 else (bob, ada)
        if chance.random() < 0.5:
            sent(messages, one, other, str(number))
            return
        last = messages.messages(one.principal, other.user_id, MessageRange()).conversation.last_seq
        after = messages.mark_read(one.principal, other.user_id, chance.randint(1, last))
        assert after.unread(one.user_id) >= 0

    succeed_at_once([partial(act, number) for number in range(THREADS)])
    stored = everything(messages, ada, bob)
    for reader, peer in ((ada, bob), (bob, ada)):
        head = messages.messages(reader.principal, peer.user_id, MessageRange()).conversation
        read_up_to = head.reading(reader.user_id).up_to
        waiting = [message for message in stored if message.sender_id == peer.user_id and message.seq > read_up_to]
        assert unread(messages, reader) == {peer.user_id: len(waiting)}


# -- lost replies, contention answers, round trips --------------------------------------------------------------------


def test_each_call_costs_what_the_table_says(wired: MessageService, wire: Wire, ada: Person, bob: Person) -> None:
    wired.send(ada.principal, bob.user_id, "first")
    assert wire.calls == [READ, QUERY, QUERY, TRANSACT]
    # also while nobody has answered, when the shared course is part of the transaction
    for number, (sender, receiver) in enumerate(((ada, bob), (bob, ada), (ada, bob))):
        wire.forget()
        wired.send(sender.principal, receiver.user_id, "next", f"client-id-{number}")
        assert wire.calls == [READ, TRANSACT]
    for wanted in (MessageRange(), MessageRange(after=2), MessageRange(before=3)):
        wire.forget()
        page = wired.messages(ada.principal, bob.user_id, wanted)
        assert page.messages
        assert page.peer is not None
        assert page.peer.name == bob.user.name
        # the name is read beside the messages
        assert sorted(wire.calls) == sorted([READ, READ if wanted.before else QUERY])
    wire.forget()
    wired.mark_read(ada.principal, bob.user_id, 3)
    assert wire.calls == [READ, "UpdateItem"]


@pytest.mark.parametrize("client_message_id", [None, "mine"])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("forgets_tokens", [False, True])
def test_a_reply_lost_after_the_commit(
    wired: MessageService, wire: Wire, ada: Person, bob: Person, client_message_id: str | None, *, first: bool,
    forgets_tokens: bool,
) -> None:  # fmt: skip
    wire.forgets_tokens = forgets_tokens
    if not first:
        wired.send(bob.principal, ada.user_id, "hello")
        wire.forget()
    wire.lose_reply(TRANSACT, times=2)
    message, _ = wired.send(ada.principal, bob.user_id, "x", client_message_id)
    assert wire.calls.count(TRANSACT) == 3
    stored = everything(wired, ada, bob)
    assert stored[-1].message_id == message.message_id
    assert len(stored) == (1 if first else 2)


def test_a_client_that_never_heard_asks_again(wired: MessageService, wire: Wire, ada: Person, bob: Person) -> None:
    wire.lose_reply(TRANSACT, times=3)
    with pytest.raises(TemporarilyUnavailable):
        wired.send(ada.principal, bob.user_id, "x", "mine")
    wire.forget()
    message, _ = wired.send(ada.principal, bob.user_id, "x", "mine")
    assert wire.calls == [READ, GET]
    assert [one.message_id for one in everything(wired, ada, bob)] == [message.message_id]


def test_contention_is_retried_and_then_given_up(wired: MessageService, wire: Wire, ada: Person, bob: Person) -> None:
    wire.refuse(TRANSACT, conflict(6), times=3)
    assert wired.send(ada.principal, bob.user_id, "x")[0].seq == 1
    wire.refuse(TRANSACT, THROTTLED, times=1000)
    with pytest.raises(TemporarilyUnavailable):
        wired.send(ada.principal, bob.user_id, "y")
    wire.forget()
    assert len(everything(wired, ada, bob)) == 1


@pytest.mark.parametrize("first", [True, False])
def test_somebody_is_faster_between_read_and_write(
    wired: MessageService, messages: MessageService, wire: Wire, ada: Person, bob: Person, *, first: bool
) -> None:
    """The refusal tells where the conversation stands: nothing is read again."""
    if not first:
        messages.send(ada.principal, bob.user_id, "before")
    wire.before(TRANSACT, partial(messages.send, bob.principal, ada.user_id, "faster"))
    assert wired.send(ada.principal, bob.user_id, "slower")[0].seq == (2 if first else 3)
    assert wire.calls == [READ, *([QUERY, QUERY] if first else []), TRANSACT, TRANSACT]
    assert [one.text for one in everything(messages, ada, bob)][-2:] == ["faster", "slower"]


def test_the_same_message_comes_from_another_try_between_read_and_write(
    wired: MessageService, messages: MessageService, wire: Wire, ada: Person, bob: Person
) -> None:
    send = partial(messages.send, ada.principal, bob.user_id, "once", "mine")
    wire.before(TRANSACT, send)
    assert wired.send(ada.principal, bob.user_id, "once", "mine")[0] == send()[0]
    assert len(everything(messages, ada, bob)) == 1


# -- who may write to whom --------------------------------------------------------------------------------------------


def test_a_stranger_is_out_of_reach(messages: MessageService, people: People, ada: Person, table: Table) -> None:
    other = people.add()
    with pytest.raises(Forbidden):
        messages.send(ada.principal, other.user_id, "x")
    with pytest.raises(Forbidden):
        messages.require_reach(ada.principal, other.user_id)
    with pytest.raises(UserNotFound):
        messages.send(ada.principal, stranger().user_id, "x")
    with pytest.raises(ValidationFailed):
        messages.send(ada.principal, ada.user_id, "x")
    pair = Pair.of(ada.user_id, other.user_id)
    assert table.get(keys.conversation(pair.low, pair.high)) is None
    assert table.get(keys.inbox_counter(ada.user_id)) is None


@pytest.mark.parametrize("writer", ["learner", "tutor"])
def test_a_tutor_and_their_learners_reach_each_other(
    messages: MessageService, people: People, courses: Courses, learning: Learning, writer: str
) -> None:
    tutor, learner, other = people.add(Role.TUTOR), people.add(), people.add()
    learning.enroll(learner.user_id, courses.add(tutor_id=tutor.user_id))
    learning.enroll(other.user_id, courses.add())
    one, two = (learner, tutor) if writer == "learner" else (tutor, learner)
    assert messages.send(one.principal, two.user_id, "x")[0].seq == 1
    assert messages.send(one.principal, two.user_id, "y")[0].seq == 2
    with pytest.raises(Forbidden):
        messages.send(other.principal, tutor.user_id, "x")
    with pytest.raises(Forbidden):
        messages.send(tutor.principal, other.user_id, "x")


def test_former_member_may_only_answer(
    messages: MessageService, learning: Learning, ada: Person, bob: Person, course_id: str
) -> None:
    messages.send(ada.principal, bob.user_id, "one")
    learning.drop(ada.user_id, course_id)
    with pytest.raises(Forbidden):
        messages.send(ada.principal, bob.user_id, "two")
    with pytest.raises(Forbidden):
        messages.require_reach(ada.principal, bob.user_id)
    messages.require_reach(bob.principal, ada.user_id)
    assert messages.send(bob.principal, ada.user_id, "answer")[0].seq == 2
    assert messages.send(ada.principal, bob.user_id, "three")[0].seq == 3


def test_another_shared_course_is_as_good(
    messages: MessageService, learning: Learning, courses: Courses, ada: Person, bob: Person, course_id: str
) -> None:
    messages.send(ada.principal, bob.user_id, "one")
    other = courses.add(None)
    for person in (ada, bob):
        learning.enroll(person.user_id, other)
    learning.drop(bob.user_id, course_id)
    assert messages.send(ada.principal, bob.user_id, "two")[0].seq == 2


def test_leaving_between_the_check_and_the_write(
    wired: MessageService, wire: Wire, learning: Learning, ada: Person, bob: Person, course_id: str
) -> None:
    wire.before(TRANSACT, partial(learning.drop, ada.user_id, course_id))
    with pytest.raises(Forbidden):
        wired.send(ada.principal, bob.user_id, "x")
    assert wired.messages(ada.principal, bob.user_id, MessageRange()).messages == []


def test_a_course_that_changes_hands_between_the_check_and_the_write(
    wired: MessageService, wire: Wire, table: Table, people: People, courses: Courses, learning: Learning
) -> None:
    tutor, learner = people.add(Role.TUTOR), people.add()
    course_id = courses.add(tutor_id=tutor.user_id)
    learning.enroll(learner.user_id, course_id)
    wire.before(TRANSACT, partial(TeachingRepository(table).disown, tutor.user_id, course_id))
    with pytest.raises(Forbidden):
        wired.send(tutor.principal, learner.user_id, "x")
    assert wired.messages(tutor.principal, learner.user_id, MessageRange()).messages == []


@pytest.mark.parametrize("side", ["low", "high"])
def test_answer_to_a_peer_who_has_just_left_is_refused(
    wired: MessageService, wire: Wire, table: Table, ada: Person, bob: Person, side: str
) -> None:
    pair = Pair.of(ada.user_id, bob.user_id)
    gone, sender = (ada, bob) if getattr(pair, side) == ada.user_id else (bob, ada)
    wired.send(gone.principal, sender.user_id, "last words")
    wire.before(TRANSACT, partial(leave_conversations, table, gone.user_id))
    with pytest.raises(UserNotFound):
        wired.send(sender.principal, gone.user_id, "Still there?")
    with pytest.raises(UserNotFound):
        wired.require_reach(sender.principal, gone.user_id)
    assert [one.text for one in everything(wired, sender, gone)] == ["last words"]


# -- reading ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def seven(messages: MessageService, ada: Person, bob: Person) -> None:
    for number in range(1, 8):
        sender, receiver = (ada, bob) if number in (1, 2, 3, 6) else (bob, ada)
        messages.send(sender.principal, receiver.user_id, str(number))


@pytest.mark.usefixtures("seven")
@pytest.mark.parametrize(
    ("wanted", "seqs", "more"),
    [
        (MessageRange(limit=3), [5, 6, 7], True),
        (MessageRange(limit=7), [1, 2, 3, 4, 5, 6, 7], False),
        (MessageRange(limit=100), [1, 2, 3, 4, 5, 6, 7], False),
        (MessageRange(after=0, limit=3), [1, 2, 3], True),
        (MessageRange(after=4, limit=3), [5, 6, 7], False),
        (MessageRange(after=5, limit=3), [6, 7], False),
        (MessageRange(after=7, limit=3), [], False),
        (MessageRange(after=99, limit=3), [], False),
        (MessageRange(before=5, limit=3), [2, 3, 4], True),
        (MessageRange(before=3, limit=3), [1, 2], False),
        (MessageRange(before=1, limit=3), [], False),
        (MessageRange(before=8, limit=3), [5, 6, 7], True),
        (MessageRange(before=10**9, limit=3), [5, 6, 7], True),
    ],
)
def test_pages(
    messages: MessageService, ada: Person, bob: Person, wanted: MessageRange, seqs: list[int], *, more: bool
) -> None:
    page = messages.messages(ada.principal, bob.user_id, wanted)
    assert [message.seq for message in page.messages] == seqs
    assert page.more is more
    assert page.conversation.last_seq == 7


@pytest.mark.usefixtures("seven")
def test_reading_moves_forward_only(messages: MessageService, ada: Person, bob: Person) -> None:
    assert unread(messages, ada) == {bob.user_id: 3}
    assert unread(messages, bob) == {ada.user_id: 4}
    for read_up_to, up_to, left in ((4, 4, 2), (2, 4, 2), (4, 4, 2), (6, 6, 1), (7, 7, 0)):
        head = messages.mark_read(ada.principal, bob.user_id, read_up_to)
        assert (head.reading(ada.user_id).up_to, head.unread(ada.user_id)) == (up_to, left)
    with pytest.raises(ValidationFailed):
        messages.mark_read(ada.principal, bob.user_id, 8)
    page = messages.messages(bob.principal, ada.user_id, MessageRange())
    assert [page.conversation.is_read(message) for message in page.messages] == [
        message.receiver_id == ada.user_id for message in page.messages
    ]


@pytest.mark.usefixtures("seven")
def test_another_device_has_read_further_meanwhile(
    wired: MessageService, messages: MessageService, wire: Wire, ada: Person, bob: Person
) -> None:
    wire.before("UpdateItem", partial(messages.mark_read, ada.principal, bob.user_id, 6))
    assert wired.mark_read(ada.principal, bob.user_id, 4).reading(ada.user_id).up_to == 6
    assert unread(messages, ada) == {bob.user_id: 1}


@pytest.mark.usefixtures("seven")
def test_a_conversation_that_is_deleted_while_it_is_read(
    wired: MessageService, wire: Wire, table: Table, ada: Person, bob: Person
) -> None:
    def delete() -> None:
        for person in (ada, bob):
            leave_conversations(table, person.user_id)

    wire.before("UpdateItem", delete)
    with pytest.raises(NotFound):
        wired.mark_read(ada.principal, bob.user_id, 4)
    pair = Pair.of(ada.user_id, bob.user_id)
    assert table.get(keys.conversation(pair.low, pair.high)) is None


def test_no_conversation(messages: MessageService, ada: Person, bob: Person) -> None:
    assert messages.messages(ada.principal, bob.user_id, MessageRange()).messages == []
    assert messages.messages(ada.principal, bob.user_id, MessageRange(before=5)).messages == []
    assert messages.conversations(ada.principal, PageRequest()).total == 0
    with pytest.raises(NotFound):
        messages.mark_read(ada.principal, bob.user_id, 1)
    with pytest.raises(UserNotFound):
        messages.messages(ada.principal, stranger().user_id, MessageRange())


def test_a_page_costs_the_same_in_a_long_conversation(
    wired: MessageService, messages: MessageService, wire: Wire, ada: Person, bob: Person
) -> None:
    costs = []
    for _ in range(2):
        for number in range(60):
            messages.send(ada.principal, bob.user_id, str(number))
        wire.forget()
        wired.messages(bob.principal, ada.user_id, MessageRange(limit=10))
        wired.send(bob.principal, ada.user_id, "x")
        costs.append((sorted(wire.calls), {body.get("Limit") for body in wire.bodies}))
    assert costs[0] == costs[1]


# -- the list of conversations ----------------------------------------------------------------------------------------


def test_conversations_newest_first_by_page_and_by_cursor(
    messages: MessageService, people: People, learning: Learning, ada: Person, course_id: str
) -> None:
    others = []
    for number in range(7):
        other = people.add(name=f"Peer {number}")
        learning.enroll(other.user_id, course_id)
        messages.send(ada.principal, other.user_id, str(number))
        others.append(other.user_id)
    messages.send(ada.principal, others[2], "again")
    order = [others[2], *(others[number] for number in (6, 5, 4, 3, 1, 0))]

    def page(wanted: PageRequest) -> list[str]:
        result = messages.conversations(ada.principal, wanted)
        assert result.total == 7
        return [entry.peer_id for entry in result.entries]

    assert page(PageRequest(limit=10)) == order
    assert [page(PageRequest(number, 3)) for number in (1, 2, 3, 4)] == [order[:3], order[3:6], order[6:], []]
    walked: list[str] = []
    wanted = PageRequest(limit=3)
    while True:
        result = messages.conversations(ada.principal, wanted)
        walked += [entry.peer_id for entry in result.entries]
        if result.next is None:
            break
        wanted = PageRequest(wanted.number + 1, 3, result.next)
    assert walked == order
    entry = messages.conversations(ada.principal, PageRequest(limit=1)).entries[0]
    assert entry.peer is not None
    assert (entry.peer.name, entry.last_message.text) == ("Peer 2", "again")


def test_cursor_of_an_earlier_release_is_refused(table: Table) -> None:
    with pytest.raises(ValidationFailed):
        Inbox(table, "usr_1").page(PageRequest(after={"sort": "2026"}))
