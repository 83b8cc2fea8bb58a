"""One long job holds nobody else up: routing takes no call of the table, and each kind of work goes its own way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.client import BaseClient

from functions.streams import follow_up, notify
from functions.workers import announce, carry_on
from peerlearn.domain.clock import utc_now
from peerlearn.domain.tasks import Work
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.news import NewsRepository
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.table import Table
from peerlearn.services.announcements import Announcer
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.news import NewsService
from peerlearn.services.notifications import Notifier
from peerlearn.services.rescheduling import ReschedulingService
from tests.fakes.push import FakePush
from tests.functional.conftest import TABLE
from tests.functional.streams.test_enrollment_consumers import course_record, seats_record
from tests.functional.streams.test_notify import COURSE, message_record, record_of
from tests.support.api import Context
from tests.support.courses import Courses
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOLDERS = 12
CHUNK = 1


def run(consumer: Any, *records: dict[str, Any]) -> None:
    answer = consumer.lambda_handler({"Records": list(records)}, cast("LambdaContext", Context()))
    assert answer == {"batchItemFailures": []}


@pytest.fixture
def service(aws: DynamoDBClient) -> EnrollmentService:
    return EnrollmentService(EnrollmentRepository(Table(aws, TABLE)))


@pytest.fixture
def session(
    aws: DynamoDBClient, service: EnrollmentService, courses: Courses, push: FakePush, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A session that its tutor moves, and whose learners are twelve chunks of work."""
    begins = utc_now() + timedelta(days=1)
    session = courses.add(HOLDERS, slot=(begins, begins + timedelta(hours=1)))
    for number in range(HOLDERS):
        service.enroll(f"usr_{number}", session)
    later = begins + timedelta(days=1)
    courses.set_seats(replace(courses.seats(session), starts_at=later, ends_at=later + timedelta(hours=1)))
    rosters = RosterRepository(Table(aws, TABLE))
    news = NewsService(NewsRepository(Table(aws, TABLE)))
    notifier = Notifier(ConnectionRepository(Table(aws, TABLE)), push, news)
    rescheduling = ReschedulingService(rosters, CHUNK)
    monkeypatch.setattr(carry_on, "rescheduling_service", lambda: rescheduling)
    monkeypatch.setattr(announce, "announcer", partial(Announcer, rosters, notifier, CHUNK))
    return session


def test_long_job_holds_up_neither_a_promotion_nor_a_push_of_somebody_else(
    service: EnrollmentService, courses: Courses, push: FakePush, workers: Workers, session: str
) -> None:
    awaited = courses.add(1)
    service.enroll("usr_leaver", awaited)
    service.join_waitlist("usr_waiter", awaited)
    service.withdraw("usr_leaver", awaited)
    told = record_of(COURSE | {"courseId": session}, COURSE | {"courseId": session, "version": 3, "status": "closed"})
    # the long ones come first
    run(follow_up, course_record(session), seats_record(awaited, 7))
    run(notify, told, message_record(8))
    assert [event["type"] for event in push.posted["device="]] == ["message.created"]
    for queue in workers.queues.values():
        queue.hand_over()
    active = [item["learnerId"] for item in courses.roster(awaited) if item["status"] == "active"]
    assert active == ["usr_waiter"]
    # the rest of each long job is a task that others come in front of
    assert "reschedule" in [task["job"] for task in workers[Work.JOB].tasks]
    assert len(workers[Work.ANNOUNCEMENT].waiting) == 1
    turns = 1
    while workers[Work.JOB].hand_over():
        turns += 1
    assert turns >= HOLDERS
    workers.drain()
    assert workers.dead == []
    times = {courses.booked(f"usr_{number}")[session].starts_at for number in range(HOLDERS)}
    assert times == {courses.seats(session).starts_at}


def test_two_long_jobs_take_turns(workers: Workers, session: str) -> None:
    run(follow_up, course_record(session))
    queue = workers[Work.JOB]
    # to-do lists and reminders follow the session in jobs of their own
    for _ in range(len(queue.tasks)):
        queue.hand_over()
    queue.send({"job": "rename", "subject": "usr_nobody", "recordId": "record-7"})
    for _ in range(3):
        queue.hand_over()
    # a short one is done after one chunk of the long one that was there before it
    assert "rename" not in [task["job"] for task in queue.tasks]
    assert "reschedule" in [task["job"] for task in queue.tasks]


def test_routing_makes_no_call_of_the_table(workers: Workers, session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: pytest.fail("only queues are called"))
    run(follow_up, course_record(session), seats_record("crs_1", 7))
    run(notify, record_of(COURSE, COURSE | {"version": 3, "status": "closed"}))
    assert {work for work, queue in workers.queues.items() if queue.waiting} == {
        *(Work.PROMOTION, Work.CATALOGUE, Work.JOB, Work.ANNOUNCEMENT),
    }


def test_course_that_grows_by_many_seats_is_given_away_in_steps(
    service: EnrollmentService, courses: Courses, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of thousands is no reason for another course to wait."""
    monkeypatch.setattr("peerlearn.services.promotion.PromotionService.promote_some.__defaults__", (2,))
    course_id = courses.add(1)
    service.enroll("usr_seat", course_id)
    for number in range(5):
        service.join_waitlist(f"usr_{number}", course_id)
    courses.set_seats(replace(courses.seats(course_id), capacity=6))
    run(follow_up, seats_record(course_id, 7))
    queue = workers[Work.PROMOTION]
    queue.hand_over()
    assert [task["step"] for task in queue.tasks] == [1]
    assert sum(item["status"] == "active" for item in courses.roster(course_id)) == 3
    workers.drain(Work.PROMOTION)
    assert sum(item["status"] == "active" for item in courses.roster(course_id)) == 6
    courses.check(course_id)
