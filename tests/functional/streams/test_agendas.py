"""To-do lists, counts and statistics: they follow what happens by way of the stream."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import follow_up
from peerlearn.bootstrap.core import table
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.tasks import Work
from scripts.invariants import violations
from tests.functional.conftest import TABLE
from tests.support.api import Answer, Context
from tests.support.courses import Courses
from tests.support.event_source import RetryQueue
from tests.support.filters import filter_of
from tests.support.people import People, Person
from tests.support.streams import Stream
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]
WORK = {"submissionUrl": "https://github.com/ada/work"}


class Desk:
    """A tutor's course, and the consumers of the stream behind it."""

    def __init__(self, call: Call, aws: DynamoDBClient, workers: Workers, tutor: Person) -> None:
        self._call = call
        self._stream = Stream(aws, TABLE)
        self._workers = workers
        self._aws = aws
        self._passes = filter_of("FollowUpFunction")
        self.tutor = tutor
        self.course_id = Courses(table()).add(None, tutor_id=tutor.user_id, title="Endgames")
        self.path = {"courseId": self.course_id}

    def settle(self, *, twice: bool = False) -> None:
        """Have everything done that follows from what was written."""
        while records := self._stream.records():
            # what Lambda lets through
            records = [record for record in records if self._passes(record)]
            for _ in range(1 + twice if records else 0):
                follow_up.lambda_handler({"Records": records}, cast("LambdaContext", Context()))
            self._workers.drain(Work.JOB)
        items = [item for page in self._aws.get_paginator("scan").paginate(TableName=TABLE) for item in page["Items"]]
        assert [one for one in found_in(items) if one[0] in ("tallies", "to-do", "erasure")] == []

    def set(self, title: str, due: datetime | None = None, *, settle: bool = True, **more: Any) -> str:
        body = {"title": title, "instructions": "", "maxGrade": 10, **more}
        if due is not None:
            body["dueAt"] = to_rfc3339(due)
        made = self._call("create_assessment", token=self.tutor.token, path=self.path, body=body)
        assert made.status == 201, made
        if settle:
            self.settle()
        return str(made.body["data"]["assessment"]["assessmentId"])

    def enroll(self, *people: Person, path: dict[str, str] | None = None) -> None:
        for person in people:
            answer = self._call("enroll", token=person.token, path=path or self.path, body=None)
            assert answer.status == 201, answer
        self.settle()

    def submit(self, person: Person, assessment_id: str, *, settle: bool = True) -> None:
        at = {"assessmentId": assessment_id}
        assert self._call("submit", token=person.token, path=at, body=WORK).status == 201
        if settle:
            self.settle()

    def grade(self, person: Person, assessment_id: str, grade: float | None) -> None:
        at = {"assessmentId": assessment_id, "learnerId": person.user_id}
        assert self._call("grade", token=self.tutor.token, path=at, body={"grade": grade}).status == 200
        self.settle()

    def todo(self, person: Person, **query: str) -> list[tuple[str, str]]:
        answer = self._call("list_todo", token=person.token, query=query)
        assert answer.status == 200, answer
        return [(one["kind"], one["title"]) for one in answer.body["data"]["todo"]]

    def counts(self) -> list[tuple[int, int, int]]:
        answer = self._call("get_course", token=self.tutor.token, path=self.path)
        told = [one["counts"] for one in answer.body["data"]["course"]["assessments"]]
        return [(one["submitted"], one["ungraded"], one["missing"]) for one in told]

    def statistics(self, person: Person, assessment_id: str) -> Answer:
        return self._call("get_statistics", token=person.token, path={"assessmentId": assessment_id})


def found_in(items: list[Any]) -> list[tuple[str, str]]:
    from peerlearn.persistence.marshalling import unmarshal  # noqa: PLC0415

    return [(one.kind, str(one)) for one in violations(map(unmarshal, items))]


@pytest.fixture
def desk(call: Call, aws: DynamoDBClient, workers: Workers, tutor: Person, retries: RetryQueue) -> Desk:
    desk = Desk(call, aws, workers, tutor)
    desk.settle()
    assert retries.messages == []
    return desk


def soon(hours: float) -> datetime:
    return utc_now().replace(microsecond=0) + timedelta(hours=hours)


def test_learner_finds_what_is_open_and_booked_soonest_first(desk: Desk, learner: Person) -> None:
    starts = soon(3)
    session = Courses(table()).add(5, slot=(starts, starts + timedelta(hours=1)), title="Exam clinic")
    desk.set("whenever")
    desk.set("tomorrow", soon(24))
    desk.set("late, but taken", soon(-2), allowLate=True)
    desk.set("over", soon(-2))
    desk.enroll(learner)
    desk.enroll(learner, path={"courseId": session})
    assert desk.todo(learner) == [
        ("assessment", "late, but taken"),
        ("session", "Exam clinic"),
        ("assessment", "tomorrow"),
        ("assessment", "whenever"),
    ]
    assert desk.todo(learner, until=to_rfc3339(starts)) == [
        ("assessment", "late, but taken"),
        ("session", "Exam clinic"),
    ]


def test_entry_tells_what_a_page_shows(desk: Desk, call: Call, learner: Person) -> None:
    due = soon(24)
    assessment_id = desk.set("Rooks", due)
    desk.enroll(learner)
    answer = call("list_todo", token=learner.token, query={})
    assert answer.body["data"]["todo"] == [
        {
            "kind": "assessment",
            "reference": assessment_id,
            "courseId": desk.course_id,
            "courseTitle": "Endgames",
            "title": "Rooks",
            "dueAt": to_rfc3339(due),
        }
    ]
    assert answer.body["metadata"] == {"limit": 10}


def test_list_is_walked_by_cursor(desk: Desk, call: Call, learner: Person) -> None:
    for hours in (3, 1, 2):
        desk.set(str(hours), soon(hours), settle=False)
    desk.set("0", allowLate=True)
    desk.enroll(learner)
    titles: list[str] = []
    query = {"limit": "1"}
    while True:
        body = call("list_todo", token=learner.token, query=query).body
        titles += [one["title"] for one in body["data"]["todo"]]
        if "next" not in body["metadata"]:
            break
        query["cursor"] = body["metadata"]["next"]
    assert titles == ["1", "2", "3", "0"]


def test_entry_is_gone_at_once_when_its_work_is_handed_in_or_its_seat_given_up(
    desk: Desk, call: Call, learner: Person
) -> None:
    first, _ = desk.set("first", soon(1)), desk.set("second", soon(2))
    desk.enroll(learner)
    desk.submit(learner, first, settle=False)
    assert desk.todo(learner) == [("assessment", "second")]
    call("withdraw", token=learner.token, path=desk.path, body=None)
    assert desk.todo(learner) == []
    desk.settle()
    assert desk.todo(learner) == []
    desk.enroll(learner)
    assert desk.todo(learner) == [("assessment", "second")]


def test_list_follows_changes_of_assessments(desk: Desk, call: Call, learner: Person) -> None:
    desk.enroll(learner)
    first, second = desk.set("first", soon(1)), desk.set("second", soon(2))
    assert desk.todo(learner) == [("assessment", "first"), ("assessment", "second")]
    later = {"dueAt": to_rfc3339(soon(9)), "title": "first of all"}
    call("update_assessment", token=desk.tutor.token, path={"assessmentId": first}, body=later)
    desk.settle()
    assert desk.todo(learner) == [("assessment", "second"), ("assessment", "first of all")]
    more_time = {"assessmentId": second, "learnerId": learner.user_id}
    call("extend_deadline", token=desk.tutor.token, path=more_time, body={"dueAt": to_rfc3339(soon(20))})
    desk.settle()
    assert desk.todo(learner) == [("assessment", "first of all"), ("assessment", "second")]
    call("delete_assessment", token=desk.tutor.token, path={"assessmentId": first}, body=None)
    assert desk.todo(learner) == [("assessment", "second")]
    desk.settle()
    assert desk.todo(learner) == [("assessment", "second")]


def test_list_follows_a_session_that_is_moved(desk: Desk, call: Call, learner: Person) -> None:
    starts = soon(3)
    at = {"courseId": Courses(table()).add(5, slot=(starts, soon(4)), title="Clinic", tutor_id=desk.tutor.user_id)}
    desk.enroll(learner, path=at)
    moved = {"startsAt": to_rfc3339(soon(30)), "endsAt": to_rfc3339(soon(31))}
    assert call("update_course", token=desk.tutor.token, path=at, body=moved).status == 200
    desk.settle()
    (entry,) = call("list_todo", token=learner.token, query={}).body["data"]["todo"]
    assert (entry["kind"], entry["dueAt"]) == ("session", moved["startsAt"])


def test_tutor_finds_work_to_grade_until_it_is_graded(desk: Desk, call: Call, people: People) -> None:
    first, second = desk.set("first", soon(1)), desk.set("second")
    ada, bob, eve = (people.add() for _ in range(3))
    desk.enroll(ada, bob, eve)
    assert desk.todo(desk.tutor) == []
    for person, assessment_id in ((ada, second), (ada, first), (bob, first)):
        desk.submit(person, assessment_id)
    listed = call("list_todo", token=desk.tutor.token, query={}).body["data"]["todo"]
    assert [(one["kind"], one["title"], one["count"]) for one in listed] == [
        ("grading", "first", 2),
        ("grading", "second", 1),
    ]
    assert desk.counts() == [(2, 2, 1), (1, 1, 2)]
    desk.grade(ada, first, 9)
    desk.grade(ada, second, 5)
    assert desk.todo(desk.tutor) == [("grading", "first")]
    assert desk.counts() == [(2, 1, 1), (1, 0, 2)]
    # a grade that is taken back is work again
    desk.grade(ada, second, None)
    assert desk.todo(desk.tutor) == [("grading", "first"), ("grading", "second")]
    # and nobody waits for the grade of who has left
    call("withdraw", token=bob.token, path=desk.path, body=None)
    desk.grade(ada, first, 4)
    assert desk.counts() == [(1, 0, 1), (1, 1, 1)]
    assert desk.todo(desk.tutor) == [("grading", "second")]


def test_next_attempt_counts_once_and_records_that_come_again_count_nothing(desk: Desk, learner: Person) -> None:
    assessment_id = desk.set("task")
    desk.enroll(learner)
    desk.submit(learner, assessment_id, settle=False)
    desk.settle(twice=True)
    desk.submit(learner, assessment_id, settle=False)
    desk.settle(twice=True)
    assert desk.counts() == [(1, 1, 0)]


def test_statistics_are_for_the_tutor_and_from_five_grades_on_for_members(desk: Desk, people: People) -> None:
    assessment_id = desk.set("task")
    members = [people.add() for _ in range(6)]
    desk.enroll(*members)
    empty = desk.statistics(desk.tutor, assessment_id).body["data"]["statistics"]
    assert (empty["graded"], empty["mean"], empty["median"], len(empty["distribution"])) == (0, None, None, 10)
    for number, person in enumerate(members):
        desk.submit(person, assessment_id)
        told = desk.statistics(members[0], assessment_id)
        assert told.code == "FORBIDDEN" if number < 5 else told.status == 200
        desk.grade(person, assessment_id, (0, 10, 7.5, 7.5, 9.99, 8)[number])
    for reader in (desk.tutor, members[5]):
        statistics = desk.statistics(reader, assessment_id).body["data"]["statistics"]
        assert (statistics["graded"], statistics["mean"], statistics["median"]) == (6, 7.17, 7.75)
        assert [one["count"] for one in statistics["distribution"]] == [1, 0, 0, 0, 0, 0, 0, 2, 1, 2]
        assert statistics["distribution"][-1] == {"from": 9, "to": 10, "count": 2}
    assert desk.statistics(people.add(), assessment_id).code == "NOT_ENROLLED"
    assert desk.statistics(desk.tutor, "asm_crs_1_" + "0" * 24).code == "ASSESSMENT_NOT_FOUND"
