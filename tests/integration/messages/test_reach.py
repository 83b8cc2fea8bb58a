"""People who may write to each other, also while their courses change."""

from __future__ import annotations

from functools import partial

import pytest

from peerlearn.domain.errors import (
    Forbidden,
    UserNotFound,
    ValidationFailed,
)
from peerlearn.domain.messages import MessageRange, Pair
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.messages import MessageService
from tests.integration.messages.conftest import stranger
from tests.support.conversations import everything
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.leaving import leave_conversations
from tests.support.people import People, Person
from tests.support.wire import Wire

TRANSACT = "TransactWriteItems"


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
