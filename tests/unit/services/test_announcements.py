"""A whole course is told: waiters, then holders, in chunks, and nobody is kept waiting by somebody else's device."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.events import Event, EventType
from peerlearn.domain.jobs import Cursor
from peerlearn.domain.realtime import Connection
from peerlearn.services.announcements import Announcer
from peerlearn.services.notifications import Notifier
from tests.fakes.clock import START, FakeClock
from tests.fakes.push import FakeConnections, FakeNews, FakePush
from tests.unit.services.test_rosters import Members

HOLDERS, WAITERS = ["ada", "bob", "eve"], ["joe", "kim", "lea"]
EVENT = Event(EventType.SESSION_UPDATED, "evt_1", (), {"courseId": "ssn_1"}, datetime(2026, 1, 1, tzinfo=UTC), "ssn_1")


@pytest.fixture
def push() -> FakePush:
    return FakePush()


def announcer(members: Members, push: FakePush, chunk: int) -> Announcer:
    earlier = START - timedelta(minutes=5)
    open_ones = [Connection(name, f"{name}=", "sid_1", earlier) for name in (*HOLDERS, *WAITERS)]
    return Announcer(members, Notifier(FakeConnections(*open_ones), push, FakeNews(), FakeClock()), chunk)


def chunks(telling: Announcer) -> list[int]:
    """How many were to be told in each chunk."""
    cursor, numbers = Cursor("job_1"), []
    while not cursor.is_done:
        step, told = telling.carry_on(EVENT, cursor)
        numbers.append(told.number)
        cursor = cursor.after(step)
    return numbers


@pytest.mark.parametrize(
    ("chunk", "numbers"), [(1, [1, 1, 1, 1, 1, 1]), (2, [2, 2, 2]), (3, [3, 3]), (4, [4, 2]), (10, [6])]
)
def test_everybody_is_told_once(push: FakePush, chunk: int, numbers: list[int]) -> None:
    members = Members(HOLDERS, HOLDERS, waiting=WAITERS)
    assert chunks(announcer(members, push, chunk)) == numbers
    assert {name: len(told) for name, told in push.posted.items()} == {f"{name}=": 1 for name in HOLDERS + WAITERS}
    assert {told[0]["eventId"] for told in push.posted.values()} == {"evt_1"}


def test_course_for_which_nobody_waits_takes_no_further_chunk(push: FakePush) -> None:
    assert chunks(announcer(Members(HOLDERS, HOLDERS), push, 10)) == [3]


def test_course_that_is_gone_has_nobody_to_tell(push: FakePush) -> None:
    assert chunks(announcer(Members(HOLDERS, HOLDERS, exists=False), push, 2)) == [0]
    assert push.posted == {}


def test_waiter_who_gets_a_seat_meanwhile_is_told(push: FakePush) -> None:
    """At the roster's end, where whoever comes last stands."""
    members = Members(HOLDERS, HOLDERS, waiting=WAITERS)
    telling = announcer(members, push, 2)
    cursor = Cursor("job_1")
    step, _ = telling.carry_on(EVENT, cursor)
    members.waiting.remove("lea")
    members.shown, members.holding = [*HOLDERS, "lea"], [*HOLDERS, "lea"]
    while step.place is not None:
        cursor = cursor.after(step)
        step, _ = telling.carry_on(EVENT, cursor)
    assert push.posted.keys() == {f"{name}=" for name in HOLDERS + WAITERS}


def test_learner_who_cannot_be_told_is_named_and_keeps_nobody_back(push: FakePush) -> None:
    push.broken = {"bob="}
    telling = announcer(Members(HOLDERS, HOLDERS), push, 10)
    step, told = telling.carry_on(EVENT, Cursor("job_1"))
    assert (step.place, told.number, list(told.failures)) == (None, 3, ["bob"])
    assert push.posted.keys() == {"ada=", "eve="}
    push.broken = set()
    assert telling.tell(EVENT, ["bob"]).failures == {}
    assert {name: len(one) for name, one in push.posted.items()} == {"ada=": 1, "bob=": 1, "eve=": 1}


def test_nobody_is_told_while_the_index_does_not_show_all(push: FakePush) -> None:
    telling = announcer(Members(["ada"], HOLDERS, waiting=WAITERS), push, 10)
    with pytest.raises(TemporarilyUnavailable):
        telling.carry_on(EVENT, Cursor("job_1"))
    assert push.posted == {}
