"""Reminders from the stream to the outbox: planned by what authors and writers do, handed on by the tick."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import follow_up
from functions.workers import tick
from peerlearn.bootstrap.core import table
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import Due, minute_of, next_evening
from peerlearn.domain.tasks import Work
from peerlearn.persistence import keys
from peerlearn.persistence.dues import DueRepository
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.mails import mail_of
from peerlearn.persistence.marshalling import unmarshal
from peerlearn.persistence.table import Item
from peerlearn.snapshots import forget_providers
from tests.functional.conftest import TABLE
from tests.support.api import Answer, Context
from tests.support.bodies import course_body
from tests.support.filters import filter_of
from tests.support.people import People, Person
from tests.support.streams import Stream
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]
HOUR = timedelta(hours=1)
SCHEDULED = {"source": "aws.scheduler"}


class School:
    """The consumers of the stream and the tick, behind the API."""

    def __init__(self, call: Call, aws: DynamoDBClient, workers: Workers, tutor: Person) -> None:
        self.call = call
        self._aws = aws
        self._stream = Stream(aws, TABLE)
        self._passes = filter_of("FollowUpFunction")
        self.workers = workers
        self.tutor = tutor

    def settle(self) -> None:
        while records := self._stream.records():
            # what Lambda lets through
            records = [record for record in records if self._passes(record)]
            if records:
                follow_up.lambda_handler({"Records": records}, cast("LambdaContext", Context()))
            self.workers.drain(Work.JOB)

    def items(self, kind: Entity) -> list[Item]:
        pages = self._aws.get_paginator("scan").paginate(TableName=TABLE)
        items = [unmarshal(item) for page in pages for item in page["Items"]]
        return [item for item in items if item.get("entity") == kind]

    def dues(self) -> list[Due]:
        return sorted((Due.of(item["name"]) for item in self.items(Entity.DUE)), key=lambda due: (due.at, due.name))

    def session(self, starts_at: datetime, **changes: Any) -> str:
        times = {"startsAt": to_rfc3339(starts_at), "endsAt": to_rfc3339(starts_at + HOUR)}
        body = course_body(kind="session", **times, **changes)
        made = self.call("create_course", token=self.tutor.token, body=body)
        assert made.status == 201, made
        self.settle()
        return str(made.body["data"]["course"]["courseId"])

    def change(self, course_id: str, **changes: Any) -> None:
        path = {"courseId": course_id}
        assert self.call("update_course", token=self.tutor.token, path=path, body=changes).status == 200
        self.settle()


@pytest.fixture
def school(call: Call, aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch, tutor: Person) -> School:
    return School(call, aws, Workers(monkeypatch), tutor)


def whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def test_published_session_is_due_a_day_and_an_hour_before(school: School) -> None:
    starts_at = whole(utc_now() + 72 * HOUR)
    course_id = school.session(starts_at, status="published")
    assert [(due.notice, due.subject, due.at) for due in school.dues()] == [
        (Notice.SESSION_REMINDER, course_id, starts_at - 24 * HOUR),
        (Notice.SESSION_REMINDER, course_id, starts_at - HOUR),
    ]


def test_draft_is_due_once_it_is_published_and_a_moved_session_at_its_new_time_too(school: School) -> None:
    starts_at = whole(utc_now() + 72 * HOUR)
    course_id = school.session(starts_at, status="draft")
    assert school.dues() == []
    school.change(course_id, status="published")
    assert {due.about for due in school.dues()} == {starts_at}
    school.change(course_id, title="Another title")
    assert len(school.dues()) == 2
    later = starts_at + 26 * HOUR
    school.change(course_id, startsAt=to_rfc3339(later), endsAt=to_rfc3339(later + HOUR))
    assert {due.about for due in school.dues()} == {starts_at, later}


def test_assessment_and_more_time_for_a_learner_are_due_a_day_before(school: School, learner: Person) -> None:
    made = school.call("create_course", token=school.tutor.token, body=course_body(status="published"))
    path = {"courseId": made.body["data"]["course"]["courseId"]}
    assert school.call("enroll", token=learner.token, path=path, body=None).status == 201
    due_at = whole(utc_now() + 72 * HOUR)
    body = {"title": "Mate", "instructions": "", "maxGrade": 10, "dueAt": to_rfc3339(due_at)}
    task = school.call("create_assessment", token=school.tutor.token, path=path, body=body).body["data"]["assessment"]
    school.settle()
    at = {"assessmentId": task["assessmentId"], "learnerId": learner.user_id}
    later = due_at + 5 * HOUR
    extended = school.call("extend_deadline", token=school.tutor.token, path=at, body={"dueAt": to_rfc3339(later)})
    assert extended.status == 200, extended
    school.settle()
    assert [(due.subject, due.about, due.person) for due in school.dues()] == [
        (task["assessmentId"], due_at, ""),
        (task["assessmentId"], later, learner.user_id),
    ]


def test_first_unread_message_is_due_in_the_evening_and_the_next_ones_change_nothing(
    school: School, people: People, learner: Person
) -> None:
    other = people.add()
    made = school.call("create_course", token=school.tutor.token, body=course_body(status="published"))
    path = {"courseId": made.body["data"]["course"]["courseId"]}
    for person in (learner, other):
        assert school.call("enroll", token=person.token, path=path, body=None).status == 201
    before = utc_now()
    for number in range(2):
        body = {"receiverId": learner.user_id, "message": f"Hello {number}"}
        assert school.call("send", token=other.token, body=body).status == 201
        school.settle()
    (due,) = school.dues()
    assert (due.notice, due.subject) == (Notice.MESSAGE_UNREAD, learner.user_id)
    assert due.about in {next_evening(moment, "UTC") for moment in (before - timedelta(seconds=1), utc_now())}


def test_nothing_is_planned_where_no_mails_are_sent(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "")
    forget_providers()
    school.session(utc_now() + 72 * HOUR, status="published")
    assert school.dues() == []


def test_tick_hands_on_what_is_due_and_its_job_puts_a_mail_into_the_outbox(
    school: School, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts_at = whole(utc_now() + 23 * HOUR + timedelta(minutes=50))
    course_id = school.session(starts_at, status="published")
    eve = people.add(proven=True)
    assert school.call("enroll", token=eve.token, path={"courseId": course_id}, body=None).status == 201
    school.settle()
    now = minute_of(utc_now())
    dues = DueRepository(table())
    dues.move(None, now - timedelta(minutes=1))
    # a day before was ten minutes ago: as if it had been planned in time
    dues.put([Due(Notice.SESSION_REMINDER, course_id, starts_at, 24)], now - timedelta(minutes=2))
    queue = school.workers[Work.JOB]
    monkeypatch.setattr("peerlearn.bootstrap.reminders.job_queue", lambda: queue)
    for _ in range(2):
        assert tick.lambda_handler(SCHEDULED, cast("LambdaContext", Context(tick.__name__ + ".lambda_handler"))) == {}
    school.workers.drain(Work.JOB)
    mails = [mail_of(item) for item in school.items(Entity.MAIL) if item["kind"] == "session.reminder"]
    assert [mail.user_id for mail in mails] == [eve.user_id]
    assert table().get(keys.Key("TICK", "TICK")) is not None
