"""A learner whom a roster's index does not show yet is not left out: the record comes again until all are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from functions.streams import follow_up, notify
from peerlearn.bootstrap import realtime
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.realtime import Connection
from peerlearn.domain.tasks import Work
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.realtime import connection_item
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from peerlearn.services.enrollments import EnrollmentService
from tests.fakes.push import FakePush
from tests.functional.conftest import TABLE
from tests.functional.streams.conftest import RECEIVER
from tests.functional.streams.test_enrollment_consumers import course_record
from tests.functional.streams.test_notify import COURSE, record_of
from tests.support.courses import Courses
from tests.support.event_source import EventSource, RetryQueue
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SESSION = "ssn_1"


@pytest.fixture
def begins() -> datetime:
    return utc_now() + timedelta(days=1)


@pytest.fixture
def courses(aws: DynamoDBClient, begins: datetime) -> Courses:
    """With a session that the receiver has booked."""
    table = Table(aws, TABLE)
    found = Courses(table)
    found.add(5, slot=(begins, begins + timedelta(hours=1)), course_id=SESSION)
    EnrollmentService(EnrollmentRepository(table)).enroll(RECEIVER, SESSION)
    return found


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Learners whom the index shows: nobody at first."""
    found: list[str] = []
    monkeypatch.setattr(
        RosterRepository, "seat_holders", lambda _, course_id, *__: (found if course_id == SESSION else [], None)
    )
    return found


@pytest.mark.usefixtures("courses")
def test_latest_booker_is_told(
    aws: DynamoDBClient,
    retries: RetryQueue,
    workers: Workers,
    shown: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    push = FakePush()
    monkeypatch.setattr(realtime, "connection_push", lambda: push)
    Table(aws, TABLE).write(put(connection_item(Connection(RECEIVER, "device=", "sid_1", utc_now()))))
    source = EventSource("NotifyFunction", notify.lambda_handler, retries)
    source.deliver([record_of(COURSE, COURSE | {"status": "closed", "version": 3})])
    queue = workers[Work.ANNOUNCEMENT]
    assert queue.hand_over()
    assert (dict(push.posted), len(queue.waiting)) == ({}, 1)
    shown.append(RECEIVER)
    workers.drain()
    assert [event["type"] for event in push.posted["device="]] == ["session.updated"]
    assert (source.dead, workers.dead) == ([], [])


def test_waiting_learner_is_told_of_the_session(
    aws: DynamoDBClient,
    courses: Courses,
    retries: RetryQueue,
    workers: Workers,
    shown: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    push, table = FakePush(), Table(aws, TABLE)
    shown.append(RECEIVER)
    monkeypatch.setattr(realtime, "connection_push", lambda: push)
    courses.set_seats(replace(courses.seats(SESSION), capacity=1))
    EnrollmentService(EnrollmentRepository(table)).join_waitlist("usr_waiting", SESSION)
    table.write(put(connection_item(Connection("usr_waiting", "waiting=", "sid_1", utc_now()))))
    source = EventSource("NotifyFunction", notify.lambda_handler, retries)
    source.deliver([record_of(COURSE, COURSE | {"status": "closed", "version": 3})])
    workers.drain()
    assert [event["type"] for event in push.posted["waiting="]] == ["session.updated"]


def test_the_schedule_of_who_booked_just_before_moves(
    courses: Courses, begins: datetime, retries: RetryQueue, workers: Workers, shown: list[str]
) -> None:
    later = begins + timedelta(days=1)
    courses.set_seats(replace(courses.seats(SESSION), starts_at=later, ends_at=later + timedelta(hours=1)))
    source = EventSource("FollowUpFunction", follow_up.lambda_handler, retries)
    source.deliver([course_record(SESSION)])
    assert workers[Work.JOB].hand_over()
    assert to_rfc3339(courses.booked(RECEIVER)[SESSION].starts_at) == to_rfc3339(begins)
    assert "reschedule" in [task["job"] for task in workers[Work.JOB].tasks]
    shown.append(RECEIVER)
    workers.drain(Work.JOB)
    assert to_rfc3339(courses.booked(RECEIVER)[SESSION].starts_at) == to_rfc3339(later)
    assert (source.dead, workers.dead) == ([], [])
