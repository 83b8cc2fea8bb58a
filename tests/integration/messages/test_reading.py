"""Reading conversations: pages, read marks, the list."""

from __future__ import annotations

from functools import partial

import pytest

from peerlearn.domain.errors import (
    NotFound,
    UserNotFound,
    ValidationFailed,
)
from peerlearn.domain.messages import MessageRange, Pair
from peerlearn.domain.paging import PageRequest
from peerlearn.persistence import keys
from peerlearn.persistence.inbox import Inbox
from peerlearn.persistence.table import Table
from peerlearn.services.messages import MessageService
from tests.integration.messages.conftest import stranger
from tests.support.conversations import unread
from tests.support.learning import Learning
from tests.support.leaving import leave_conversations
from tests.support.people import People, Person
from tests.support.wire import Wire

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
