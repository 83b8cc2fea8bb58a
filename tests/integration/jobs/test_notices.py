"""Notices of a moved session, by a worker that is killed between any two calls: each learner is told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from peerlearn.domain.change_notices import SessionChange
from peerlearn.domain.clock import utc_now
from peerlearn.domain.jobs import JobKind
from peerlearn.domain.tasks import Work
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from scripts.invariants import table_items
from tests.fakes.keys import fake_tokens
from tests.support.courses import Courses
from tests.support.mortal import Mortal
from tests.support.people import People, Person
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = (utc_now() + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
ENDS_AT = NOON + timedelta(hours=1)


@pytest.fixture
def learners(table: Table) -> list[Person]:
    people = People(AccountRepository(table), fake_tokens())
    return [people.add(proven=True) for _ in range(7)]


@pytest.fixture
def session(courses: Courses, enrollments: EnrollmentService, learners: list[Person]) -> str:
    """A session that all of them have booked."""
    course_id = courses.add(len(learners), slot=(NOON, ENDS_AT))
    for learner in learners:
        enrollments.enroll(learner.user_id, course_id)
    return course_id


def task(session: str, version: int, starts_at: datetime = NOON) -> dict[str, str]:
    change = SessionChange(session, version, is_closed=False, starts_at=starts_at, ends_at=ENDS_AT)
    return {"job": JobKind.SESSION_NOTICES.value, "subject": change.subject, "recordId": f"record-{version}"}


def kept(dynamodb: DynamoDBClient, table_name: str) -> Counter[tuple[str, str]]:
    """How many claims and mails of each learner there are."""
    items = table_items(dynamodb, table_name)
    return Counter((item["userId"], item["entity"]) for item in items if item["entity"] in ("Claim", "Mail"))


def test_every_learner_is_told_once(
    doomed: Callable[[Work], None],
    workers: Workers,
    mortal: Mortal,
    session: str,
    learners: list[Person],
    dynamodb: DynamoDBClient,
    table_name: str,
) -> None:
    for _ in range(2):
        workers[Work.JOB].send(task(session, 2))
    doomed(Work.JOB)
    once = {(one.user_id, kind): 1 for one in learners for kind in ("Claim", "Mail")}
    assert kept(dynamodb, table_name) == once
    assert mortal.deaths > 10
    assert workers.dead == []


def test_time_that_is_not_the_sessions_any_more_is_told_to_nobody(
    doomed: Callable[[Work], None], workers: Workers, session: str, dynamodb: DynamoDBClient, table_name: str
) -> None:
    workers[Work.JOB].send(task(session, 2, NOON - timedelta(hours=1)))
    doomed(Work.JOB)
    assert kept(dynamodb, table_name) == {}
