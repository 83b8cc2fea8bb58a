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
    TemporarilyUnavailable,
)
from peerlearn.domain.messages import Message, MessageRange
from peerlearn.domain.paging import PageRequest
from peerlearn.services.messages import MessageService
from tests.support.at_once import succeed_at_once
from tests.support.conversations import everything, unread
from tests.support.people import Person
from tests.support.wire import THROTTLED, Wire, conflict

T = TypeVar("T")


THREADS = 32
READ, TRANSACT, QUERY, GET = "BatchGetItem", "TransactWriteItems", "Query", "GetItem"


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
