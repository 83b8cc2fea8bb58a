"""The notifier: every device once, in order, and one failure holds nobody else up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.events import Event, EventType, SignInSessionsEnded
from peerlearn.domain.realtime import HANDSHAKE, Connection, Refusal
from peerlearn.services.notifications import Notifier
from tests.fakes.clock import START, FakeClock
from tests.fakes.push import FakeConnections, FakeNews, FakePush

EARLIER = START - timedelta(minutes=5)


def connection(user_id: str, connection_id: str, session_id: str = "sid_1", at: datetime = EARLIER) -> Connection:
    return Connection(user_id, connection_id, session_id, at)


def event(number: int, *receivers: str, course_id: str | None = None, origin: str | None = None) -> Event:
    return Event(
        EventType.MESSAGE_CREATED,
        f"evt_{number}",
        receivers,
        {"seq": number},
        datetime(2026, 1, 1, tzinfo=UTC),
        course_id,
        origin,
    )


@pytest.fixture
def connections() -> FakeConnections:
    return FakeConnections(
        connection("ada", "laptop"),
        connection("ada", "phone", "sid_2"),
        connection("bob", "desk"),
        connection("eve", "x"),
    )


@pytest.fixture
def push() -> FakePush:
    return FakePush()


@pytest.fixture
def notifier(connections: FakeConnections, push: FakePush) -> Notifier:
    return Notifier(connections, push, FakeNews(), FakeClock())


def told(push: FakePush) -> dict[str, list[str]]:
    return {name: [one["eventId"] for one in events] for name, events in push.posted.items()}


def test_every_device_of_every_receiver_but_the_origin(notifier: Notifier, push: FakePush) -> None:
    assert notifier.deliver({"1": [event(1, "ada", "bob", origin="laptop")]}).failures == {}
    assert told(push) == {"phone": ["evt_1"], "desk": ["evt_1"]}
    assert push.posted["desk"] == [
        {
            "type": "message.created",
            "eventId": "evt_1",
            "data": {"seq": 1},
            "occurredAt": "2026-01-01T00:00:00.000Z",
        }
    ]


def grading(number: int, *receivers: str) -> Event:
    return replace(event(number, *receivers), type=EventType.SUBMISSION_GRADED)


def test_news_is_kept_for_each_receiver_once_however_often_it_is_told(
    connections: FakeConnections, push: FakePush
) -> None:
    news = FakeNews()
    notifier = Notifier(connections, push, news, FakeClock())
    batch = {"1": [grading(1, "ada", "bob")], "2": [event(2, "ada")], "3": [grading(3, "ada")]}
    for _ in range(2):
        assert notifier.deliver(batch).failures == {}
    # a message is none, and the connections that are open make no difference
    assert dict(news.kept) == {"ada": ["evt_1", "evt_3"], "bob": ["evt_1"]}


def test_record_whose_news_cannot_be_kept_fails_alone(connections: FakeConnections, push: FakePush) -> None:
    news = FakeNews()
    news.unavailable = {"bob"}
    notifier = Notifier(connections, push, news, FakeClock())
    done = notifier.deliver({"1": [grading(1, "ada")], "2": [grading(2, "bob")]})
    assert set(done.failures) == {"2"}
    assert dict(news.kept) == {"ada": ["evt_1"]}


def test_in_order_and_each_receiver_looked_up_once(
    notifier: Notifier, push: FakePush, connections: FakeConnections
) -> None:
    notifier.deliver({str(number): [event(number, "bob")] for number in range(50)})
    assert told(push) == {"desk": [f"evt_{number}" for number in range(50)]}
    assert connections.asked == ["bob"]


def test_event_of_a_course_is_told_to_its_receivers_alone(notifier: Notifier, push: FakePush) -> None:
    notifier.deliver({"1": [event(1, "bob", course_id="ssn_1")]})
    assert told(push) == {"desk": ["evt_1"]}


def test_a_gone_connection_is_forgotten_and_the_others_are_told(
    notifier: Notifier, push: FakePush, connections: FakeConnections
) -> None:
    push.gone = {"laptop"}
    assert notifier.deliver({"1": [event(1, "ada")]}).failures == {}
    assert told(push) == {"phone": ["evt_1"]}
    assert [one.connection_id for one in connections.open] == ["phone", "desk", "x"]


def test_a_connection_whose_handshake_is_under_way_is_not_forgotten(push: FakePush) -> None:
    connections = FakeConnections(connection("ada", "new", at=START - HANDSHAKE / 2))
    push.gone = {"new"}
    Notifier(connections, push, FakeNews(), FakeClock()).deliver({"1": [event(1, "ada")]})
    assert [one.connection_id for one in connections.open] == ["new"]


def test_only_what_failed_is_reported(notifier: Notifier, push: FakePush, connections: FakeConnections) -> None:
    push.broken = {"desk"}
    connections.unavailable = {"eve"}
    failures = notifier.deliver({"1": [event(1, "bob")], "2": [event(2, "ada")], "3": [event(3, "eve")]}).failures
    assert set(failures) == {"1", "3"}
    assert all(isinstance(failure, TemporarilyUnavailable) for failure in failures.values())
    assert told(push) == {"laptop": ["evt_2"], "phone": ["evt_2"]}


def test_refusal_for_good_fails_nobody_and_is_reported(notifier: Notifier, push: FakePush) -> None:
    push.refused = {"laptop": "ForbiddenException"}
    done = notifier.deliver({"1": [event(1, "ada", "bob")], "2": [event(2, "ada")]})
    assert done.failures == {}
    assert told(push) == {"phone": ["evt_1", "evt_2"], "desk": ["evt_1"]}
    assert sorted(done.refusals, key=str) == [
        Refusal("laptop", "evt_1", "ForbiddenException"),
        Refusal("laptop", "evt_2", "ForbiddenException"),
    ]


def test_pushes_before_a_failure_are_done(notifier: Notifier, push: FakePush) -> None:
    """Three for one connection, of which the second cannot be posted: the first is not told again for its sake."""
    push.breaks_at = {("desk", "evt_2")}
    failures = notifier.deliver({str(number): [event(number, "bob")] for number in (1, 2, 3)}).failures
    assert set(failures) == {"2", "3"}
    assert told(push) == {"desk": ["evt_1"]}


def test_session_that_cannot_be_ended_is_told_nothing_more(push: FakePush) -> None:
    connections = FakeConnections(connection("ada", "new", at=START))
    push.gone = {"new"}
    notifier = Notifier(connections, push, FakeNews(), FakeClock())
    assert set(notifier.deliver({"1": [SignInSessionsEnded("ada")], "2": [event(2, "ada")]}).failures) == {"1"}
    assert told(push) == {}


def test_an_ended_session_closes_its_connections(
    notifier: Notifier, push: FakePush, connections: FakeConnections
) -> None:
    assert notifier.deliver({"1": [SignInSessionsEnded("ada", session_id="sid_2")]}).failures == {}
    assert push.closed == ["phone"]
    notifier.deliver({"1": [SignInSessionsEnded("ada", kept_session="sid_1")], "2": [SignInSessionsEnded("bob")]})
    assert push.closed == ["phone", "desk"]
    assert [one.connection_id for one in connections.open] == ["laptop", "x"]


def test_a_connection_that_is_only_opening_is_closed_at_the_next_try(push: FakePush) -> None:
    connections = FakeConnections(connection("ada", "new", at=START))
    notifier = Notifier(connections, push, FakeNews(), FakeClock())
    push.gone = {"new"}
    assert set(notifier.deliver({"1": [SignInSessionsEnded("ada")]}).failures) == {"1"}
    push.gone = set()
    assert notifier.deliver({"1": [SignInSessionsEnded("ada")]}).failures == {}
    assert connections.open == []


def test_pushing_one_event_raises(notifier: Notifier, push: FakePush) -> None:
    notifier.push(event(1, "bob"))
    push.broken = {"desk"}
    with pytest.raises(TemporarilyUnavailable):
        notifier.push(event(2, "bob"))
