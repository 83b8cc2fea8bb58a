"""Promotion and rescheduling as Lambda calls them: with batches of stream records."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import follow_up
from functions.workers import promote
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.tasks import Work
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from tests.functional.conftest import TABLE
from tests.support.api import Context, event_of
from tests.support.courses import Courses
from tests.support.event_source import RetryQueue
from tests.support.filters import filter_of
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Handler = Callable[[dict[str, Any], LambdaContext], Any]


@pytest.fixture
def service(aws: DynamoDBClient) -> EnrollmentService:
    return EnrollmentService(EnrollmentRepository(Table(aws, TABLE)))


def run(handler: Handler, *records: dict[str, Any]) -> Any:
    return handler({"Records": list(records)}, cast("LambdaContext", Context()))


def put_aside(retries: RetryQueue) -> list[str]:
    """Sequence numbers of what waits for another try."""
    return [json.loads(one.body)["record"]["dynamodb"]["SequenceNumber"] for one in retries.messages]


def seats_record(course_id: str, number: int = 1) -> dict[str, Any]:
    """The first record of `events/follow_up.json`, of another course."""
    record: dict[str, Any] = copy.deepcopy(event_of("follow_up")["Records"][0])
    for image in ("NewImage", "OldImage"):
        record["dynamodb"][image]["courseId"] = {"S": course_id}
    record["dynamodb"]["SequenceNumber"] = f"{number:021d}"
    record["eventID"] = f"record-{number}"
    return record


def course_with_a_free_seat(service: EnrollmentService, courses: Courses) -> str:
    course_id = courses.add(1)
    service.enroll("usr_0", course_id)
    service.join_waitlist("usr_1", course_id)
    service.withdraw("usr_0", course_id)
    return course_id


def status_of(courses: Courses, course_id: str, learner_id: str) -> str:
    return next(str(item["status"]) for item in courses.roster(course_id) if item["learnerId"] == learner_id)


def test_a_freed_seat_is_given_to_the_head(service: EnrollmentService, courses: Courses, workers: Workers) -> None:
    course_id = course_with_a_free_seat(service, courses)
    assert run(follow_up.lambda_handler, seats_record(course_id)) == {"batchItemFailures": []}
    workers.drain()
    assert status_of(courses, course_id, "usr_1") == "active"
    courses.check(course_id)


def test_a_poison_record_among_a_hundred(
    service: EnrollmentService, courses: Courses, retries: RetryQueue, workers: Workers
) -> None:
    made = [course_with_a_free_seat(service, courses) for _ in range(5)]
    records = [seats_record(made[number % 5], number) for number in range(100)]
    del records[57]["dynamodb"]["NewImage"]["seatsTaken"]
    assert run(follow_up.lambda_handler, *records) == {"batchItemFailures": []}
    assert put_aside(retries) == [f"{57:021d}"]
    workers.drain()
    for course_id in made:
        assert status_of(courses, course_id, "usr_1") == "active"
        courses.check(course_id)


def test_ninety_nine_are_processed(retries: RetryQueue, workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that no try can do is a dead letter of its own queue, which its operator hands over again."""
    handled: list[str] = []

    class Recording:
        def promote_some(self, course_id: str) -> tuple[list[str], bool]:
            if course_id == "crs_57":
                raise RuntimeError("cannot be handled")
            handled.append(course_id)
            return [], True

    monkeypatch.setattr(promote, "promotion_service", Recording)
    records = [seats_record(f"crs_{number}", number) for number in range(100)]
    assert run(follow_up.lambda_handler, *records) == {"batchItemFailures": []}
    workers.drain()
    assert put_aside(retries) == []
    assert [task["courseId"] for task in workers.dead] == ["crs_57"]
    assert handled == [f"crs_{number}" for number in range(100) if number != 57]


def test_task_that_no_queue_takes_has_its_record_put_aside_alone(retries: RetryQueue, workers: Workers) -> None:
    """SQS takes a part of a batch and refuses the rest of it."""
    workers[Work.PROMOTION].refuses = lambda task: task["courseId"] in ("crs_3", "crs_57")
    records = [seats_record(f"crs_{number}", number) for number in range(100)]
    assert run(follow_up.lambda_handler, *records) == {"batchItemFailures": []}
    assert put_aside(retries) == [f"{number:021d}" for number in (3, 57)]
    assert len(workers[Work.PROMOTION].waiting) == 98


def test_a_batch_of_nothing_but_poison_is_put_aside_record_by_record(retries: RetryQueue) -> None:
    records = [{"eventName": "MODIFY", "dynamodb": {"SequenceNumber": str(number)}} for number in range(3)]
    assert run(follow_up.lambda_handler, *records) == {"batchItemFailures": []}
    assert put_aside(retries) == ["0", "1", "2"]


@pytest.mark.parametrize(
    "changes", [{"seatsTaken": {"N": "10"}}, {"waitlistLength": {"N": "0"}}, {"entity": {"S": "Course"}}]
)
def test_write_without_a_free_seat_makes_no_task(workers: Workers, changes: dict[str, Any]) -> None:
    record = seats_record("crs_1")
    record["dynamodb"]["NewImage"] |= changes
    assert run(follow_up.lambda_handler, record) == {"batchItemFailures": []}
    assert workers[Work.PROMOTION].tasks == []


@pytest.mark.parametrize(
    ("event", "waiting", "calls"),
    [
        ("MODIFY", "1", True),
        ("INSERT", "1", True),
        ("INSERT", "0", False),
        ("MODIFY", "0", False),
        ("REMOVE", "1", False),
    ],
)
def test_filters_let_these_writes_of_seats_through(event: str, waiting: str, *, calls: bool) -> None:
    """A shard that is new while somebody waits has seats for them; nobody waits for a new course."""
    record = seats_record("crs_1") | {"eventName": event}
    record["dynamodb"]["NewImage"]["waitlistLength"] = {"N": waiting}
    if event == "REMOVE":
        del record["dynamodb"]["NewImage"]
    assert filter_of("FollowUpFunction")(record) is calls


def course_record(course_id: str, **changes: dict[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = copy.deepcopy(event_of("follow_up")["Records"][1])
    for image in ("NewImage", "OldImage"):
        record["dynamodb"][image]["courseId"] = {"S": course_id}
    record["dynamodb"]["NewImage"] |= changes
    return record


def test_a_moved_session_moves_in_the_schedule(service: EnrollmentService, courses: Courses, workers: Workers) -> None:
    begins = utc_now() + timedelta(days=1)
    session = courses.add(1, slot=(begins, begins + timedelta(hours=1)))
    service.enroll("usr_1", session)
    later = begins + timedelta(days=1)
    courses.set_seats(replace(courses.seats(session), starts_at=later, ends_at=later + timedelta(hours=1)))
    for _ in range(2):
        assert run(follow_up.lambda_handler, course_record(session)) == {"batchItemFailures": []}
        workers.drain(Work.JOB)
        assert workers.dead == []
        assert to_rfc3339(courses.booked("usr_1")[session].starts_at) == to_rfc3339(later)


@pytest.mark.parametrize("what", ["same times", "a course", "a new session"])
def test_unmoved_session_is_rescheduled_by_no_task(workers: Workers, what: str) -> None:
    record = course_record("ssn_1")
    images = record["dynamodb"]
    if what == "same times":
        images["OldImage"] |= {name: images["NewImage"][name] for name in ("startsAt", "endsAt")}
    elif what == "a course":
        images["NewImage"]["kind"] = {"S": "course"}
    else:
        del images["OldImage"]
    assert run(follow_up.lambda_handler, record) == {"batchItemFailures": []}
    assert "reschedule" not in [task["job"] for task in workers[Work.JOB].tasks]
