"""Mails about changes: a seat given, work graded, a session moved or closed; each once, and only while it is so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import follow_up
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.tasks import Work
from peerlearn.domain.users import Role
from peerlearn.snapshots import forget_providers
from tests.functional.conftest import TABLE
from tests.functional.mail.conftest import Call
from tests.support.api import Context
from tests.support.courses import Courses
from tests.support.filters import filter_of
from tests.support.inbox import Inbox
from tests.support.people import People, Person
from tests.support.streams import Records, Stream

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TOMORROW = (utc_now() + timedelta(days=1)).replace(microsecond=0)
WORK = {"submissionUrl": "https://github.com/ada/work"}


class School:
    """A tutor, two learners who read mails, and what the stream brings about."""

    def __init__(self, call: Call, aws: DynamoDBClient, people: People, inbox: Inbox, courses: Courses) -> None:
        self._call = call
        self._stream = Stream(aws, TABLE)
        self._passes = filter_of("FollowUpFunction")
        self._courses = courses
        self.inbox = inbox
        self.tutor, self.ada, self.bob = (
            people.add(Role.TUTOR, proven=True),
            people.add(proven=True),
            people.add(proven=True),
        )

    def session(self, *learners: Person, capacity: int = 10, starts_at: datetime = TOMORROW) -> str:
        slot = (starts_at, starts_at + timedelta(hours=1))
        return self.course(*learners, capacity=capacity, slot=slot)

    def course(self, *learners: Person, **settings: Any) -> str:
        course_id = self._courses.add(tutor_id=self.tutor.user_id, title="Knots", **settings)
        for learner in learners:
            self.use("enroll", learner, course_id)
        return course_id

    def use(self, name: str, who: Person, course_id: str, body: Any = None) -> Any:
        answer = self._call(name, token=who.token, path={"courseId": course_id}, body=body)
        assert answer.status < 300, answer
        return answer.body

    def move(self, course_id: str, starts_at: datetime) -> None:
        times = {"startsAt": to_rfc3339(starts_at), "endsAt": to_rfc3339(starts_at + timedelta(hours=2))}
        self.use("update_course", self.tutor, course_id, times)

    def close(self, course_id: str) -> None:
        self.use("update_course", self.tutor, course_id, {"status": "closed"})

    def assessment(self, course_id: str) -> str:
        body = {"title": "A photograph", "instructions": "", "maxGrade": 10}
        made = self.use("create_assessment", self.tutor, course_id, body)
        return str(made["data"]["assessment"]["assessmentId"])

    def submit(self, who: Person, assessment_id: str) -> None:
        answer = self._call("submit", token=who.token, path={"assessmentId": assessment_id}, body=WORK)
        assert answer.status == 201, answer

    def grade(self, who: Person, assessment_id: str, **body: Any) -> None:
        path = {"assessmentId": assessment_id, "learnerId": who.user_id}
        answer = self._call("grade", token=self.tutor.token, path=path, body=body)
        assert answer.status == 200, answer

    def change_wish(self, who: Person, kind: str) -> None:
        self._call("change_notifications", token=who.token, body={kind: {"email": False}})

    def records(self) -> Records:
        """Everything new that Lambda lets through."""
        return [record for record in self._stream.records() if self._passes(record)]

    def hand_over(self, records: Records) -> None:
        """The stream's batch, and the work that it calls for."""
        if records:
            follow_up.lambda_handler({"Records": records}, cast("LambdaContext", Context()))
        self.inbox.workers.drain()

    def told(self) -> list[tuple[str, str]]:
        """Return receivers and subjects of all mails since the last look, every record handed over twice."""
        before = len(self.inbox.received)
        while records := self.records():
            self.hand_over(records)
            self.hand_over(records)
        assert self.inbox.workers.dead == []
        return sorted((mail.to, mail.subject) for mail in self.inbox.received[before:])


@pytest.fixture
def school(call: Call, aws: DynamoDBClient, people: People, inbox: Inbox, courses: Courses) -> School:
    return School(call, aws, people, inbox, courses)


def address(person: Person) -> str:
    return person.user.email


# -- a seat from the waitlist


def test_promoted_learner_is_told_once(school: School) -> None:
    course_id = school.course(school.bob, capacity=1)
    school.use("join_waitlist", school.ada, course_id)
    school.use("withdraw", school.bob, course_id)
    assert school.told() == [(address(school.ada), "You have a seat: Knots")]
    (mail,) = school.inbox.received
    assert f"https://peerlearn.example/#/courses/{course_id}" in mail.text
    assert str(mail.message["List-Unsubscribe"]).startswith("<https://api.peerlearn.example/v1/unsubscribe?token=")


def test_booking_oneself_is_told_to_nobody(school: School) -> None:
    school.course(school.ada)
    assert school.told() == []


def test_seat_that_was_given_up_again_is_not_told(school: School) -> None:
    course_id = school.course(school.bob, capacity=1)
    school.use("join_waitlist", school.ada, course_id)
    school.use("withdraw", school.bob, course_id)
    follow_up.lambda_handler({"Records": school.records()}, cast("LambdaContext", Context()))
    school.inbox.workers.drain(Work.PROMOTION)
    promoted = school.records()
    school.use("withdraw", school.ada, course_id)
    school.hand_over(promoted)
    assert school.told() == []


def test_second_seat_in_the_same_course_is_told_again(school: School) -> None:
    course_id = school.course(school.bob, capacity=1)
    for _ in range(2):
        school.use("join_waitlist", school.ada, course_id)
        school.use("withdraw", school.bob, course_id)
        assert len(school.told()) == 1
        school.use("withdraw", school.ada, course_id)
        school.use("enroll", school.bob, course_id)
        assert school.told() == []


# -- grades


def test_grade_and_another_grade_are_told(school: School) -> None:
    task = school.assessment(school.course(school.ada))
    school.submit(school.ada, task)
    assert school.told() == []
    school.grade(school.ada, task, grade=8.5, feedback="Sharp.")
    assert school.told() == [(address(school.ada), "Graded: A photograph")]
    (mail,) = school.inbox.received
    assert "8.5 out of 10" in mail.text
    assert "Sharp" not in mail.text
    assert f"https://peerlearn.example/#/assessments/{task}" in mail.text
    school.grade(school.ada, task, grade=9)
    assert school.told() == [(address(school.ada), "Graded: A photograph")]
    assert "9 out of 10" in school.inbox.received[-1].text


def test_other_words_or_a_cleared_grade_are_not_told(school: School) -> None:
    task = school.assessment(school.course(school.ada))
    school.submit(school.ada, task)
    school.grade(school.ada, task, grade=8)
    assert len(school.told()) == 1
    school.grade(school.ada, task, grade=8, feedback="Sharper than it looks.")
    school.grade(school.ada, task, grade=None)
    assert school.told() == []


def test_grade_that_another_has_followed_is_not_told(school: School) -> None:
    task = school.assessment(school.course(school.ada))
    school.submit(school.ada, task)
    school.grade(school.ada, task, grade=8)
    school.grade(school.ada, task, grade=9)
    assert len(school.told()) == 1
    assert "9 out of 10" in school.inbox.received[-1].text


# -- sessions


def test_each_who_has_a_seat_is_told_of_another_time(school: School, people: People) -> None:
    course_id = school.session(school.ada, school.bob, capacity=2)
    school.use("join_waitlist", people.add(proven=True), course_id)
    school.move(course_id, TOMORROW + timedelta(days=1))
    expected = sorted((address(one), "Knots has another time") for one in (school.ada, school.bob))
    assert school.told() == expected
    mail = school.inbox.received[-1]
    assert f"{(TOMORROW + timedelta(days=1)):%H:%M} (UTC)" in mail.text
    assert f"{(TOMORROW + timedelta(days=1, hours=2)):%H:%M} (UTC)" in mail.text
    school.move(course_id, TOMORROW)
    assert school.told() == expected


def test_learner_who_left_or_turned_it_off_is_not_told(school: School) -> None:
    course_id = school.session(school.ada, school.bob)
    school.use("withdraw", school.bob, course_id)
    school.change_wish(school.ada, "session.changed")
    school.move(course_id, TOMORROW + timedelta(days=1))
    assert school.told() == []


def test_time_that_has_changed_again_is_told_once(school: School) -> None:
    course_id = school.session(school.ada)
    school.move(course_id, TOMORROW + timedelta(days=1))
    school.move(course_id, TOMORROW + timedelta(days=2))
    assert len(school.told()) == 1
    assert f"{(TOMORROW + timedelta(days=2)).day} " in school.inbox.received[-1].text


def test_session_closed_before_it_begins_is_told(school: School) -> None:
    course_id = school.session(school.ada)
    school.close(course_id)
    assert school.told() == [(address(school.ada), "Knots was closed")]


def test_wish_about_changed_sessions_is_about_closed_ones_too(school: School) -> None:
    course_id = school.session(school.ada)
    school.change_wish(school.ada, "session.changed")
    school.close(course_id)
    assert school.told() == []


def test_session_of_the_past_and_a_course_are_closed_silently(school: School) -> None:
    for closed in (school.course(school.ada), school.session(school.ada, starts_at=utc_now() - timedelta(minutes=5))):
        school.close(closed)
    assert school.told() == []


def test_another_title_is_told_to_nobody(school: School) -> None:
    course_id = school.session(school.ada)
    school.use("update_course", school.tutor, course_id, {"title": "Bends"})
    assert school.told() == []


def test_stack_without_a_sender_routes_no_notices(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    course_id = school.session(school.ada)
    assert school.told() == []
    school.move(course_id, TOMORROW + timedelta(days=1))
    monkeypatch.setenv("MAIL_FROM", "")
    forget_providers()
    follow_up.lambda_handler({"Records": school.records()}, cast("LambdaContext", Context()))
    assert {task["job"] for task in school.inbox.workers[Work.JOB].tasks} == {"reschedule", "agendas"}
