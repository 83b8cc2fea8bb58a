"""A learner's own list of enrollments."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.enrollments import enrollment_id
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from tests.fakes.clock import FakeClock
from tests.functional.conftest import TABLE
from tests.support.api import Answer
from tests.support.courses import Courses
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
from tests.functional.enrollments.conftest import Call, of


@pytest.fixture
def book(aws: DynamoDBClient, courses: Courses, learner: Person) -> list[str]:
    """Four enrolments of the learner, each a minute after the last: active, waitlisted, dropped, active."""
    clock = FakeClock()
    service = EnrollmentService(EnrollmentRepository(Table(aws, TABLE)), clock)
    made = [courses.add(0 if number == 1 else 1, title=f"Course {number}") for number in range(4)]
    for number, course_id in enumerate(made):
        clock.advance(60)
        (service.join_waitlist if number == 1 else service.enroll)(learner.user_id, course_id)
    service.withdraw(learner.user_id, made[2])
    return made


def listed(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 200, answer
    return [(one["title"], one["status"]) for one in answer.body["data"]["enrollments"]]


ALL = [("Course 3", "active"), ("Course 2", "dropped"), ("Course 1", "waitlisted"), ("Course 0", "active")]


def test_the_list_is_newest_first_with_titles(call: Call, learner: Person, book: list[str]) -> None:
    answer = call("list_enrollments", token=learner.token, query={})
    assert listed(answer) == ALL
    assert answer.body["metadata"] == {"page": 1, "limit": 10, "total": 4}
    first = answer.body["data"]["enrollments"][0]
    assert first == {
        "enrollmentId": enrollment_id(learner.user_id, book[3]),
        "learnerId": learner.user_id,
        "courseId": book[3],
        "title": "Course 3",
        "status": "active",
        "enrolledAt": "2026-01-01T10:04:00.000Z",
        "updatedAt": "2026-01-01T10:04:00.000Z",
        "kind": "course",
        "startsAt": None,
        "endsAt": None,
        "position": None,
        "completedModuleIds": [],
        "nextDueAt": None,
    }


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("status", ["active", "completed", "dropped", "waitlisted"])
def test_the_list_by_status(call: Call, learner: Person, status: str) -> None:
    answer = call("list_enrollments", token=learner.token, query={"status": status})
    expected = [one for one in ALL if one[1] == status]
    assert (listed(answer), answer.body["metadata"]["total"]) == (expected, len(expected))


@pytest.mark.parametrize(("ends_in_hours", "status"), [(-1, "dropped"), (1, "waitlisted")])
def test_nobody_waits_for_a_session_that_has_ended(
    call: Call, aws: DynamoDBClient, courses: Courses, learner: Person, ends_in_hours: int, status: str
) -> None:
    ends_at = utc_now() + timedelta(hours=ends_in_hours)
    session = courses.add(0, slot=(ends_at - timedelta(minutes=30), ends_at), title="Rooks")
    # on the day of that clock, long before it begins
    EnrollmentService(EnrollmentRepository(Table(aws, TABLE)), FakeClock()).join_waitlist(learner.user_id, session)
    assert listed(call("list_enrollments", token=learner.token, query={})) == [("Rooks", status)]
    for wanted in ("waitlisted", "dropped"):
        answer = call("list_enrollments", token=learner.token, query={"status": wanted})
        expected = [("Rooks", status)] if wanted == status else []
        assert (listed(answer), answer.body["metadata"]["total"]) == (expected, len(expected))


@pytest.mark.usefixtures("book")
def test_pages_have_the_exact_total_and_cursors_walk_them(call: Call, learner: Person) -> None:
    second = call("list_enrollments", token=learner.token, query={"page": "2", "limit": "3"})
    assert (listed(second), second.body["metadata"]) == (ALL[3:], {"page": 2, "limit": 3, "total": 4})
    past = call("list_enrollments", token=learner.token, query={"page": "9", "limit": "3"})
    assert (listed(past), past.body["metadata"]["total"]) == ([], 4)
    walked: list[tuple[str, str]] = []
    query: dict[str, Any] = {"limit": "3", "status": ""}
    for page in itertools.count(1):
        answer = call("list_enrollments", token=learner.token, query=query)
        walked += listed(answer)
        assert (answer.body["metadata"]["page"], answer.body["metadata"]["total"]) == (page, 4)
        if "next" not in answer.body["metadata"]:
            break
        query["cursor"] = answer.body["metadata"]["next"]
    assert walked == ALL


@pytest.mark.usefixtures("book")
def test_a_cursor_belongs_to_its_caller_and_its_filter(call: Call, people: People, learner: Person) -> None:
    query = {"limit": "1", "status": "active"}
    cursor = call("list_enrollments", token=learner.token, query=query).body["metadata"]["next"]
    assert listed(call("list_enrollments", token=learner.token, query=query | {"cursor": cursor})) == ALL[3:]
    for token, status in ((people.add().token, "active"), (learner.token, "dropped"), (learner.token, "")):
        answer = call("list_enrollments", token=token, query=query | {"cursor": cursor, "status": status})
        assert (answer.status, answer.body["details"]["fields"][0]["field"]) == (422, "cursor")


def test_the_list_tells_when_a_session_is_and_where_one_stands_in_line(
    call: Call, courses: Courses, people: People, learner: Person
) -> None:
    begins = utc_now().replace(microsecond=0) + timedelta(days=1)
    session = courses.add(1, slot=(begins, begins + timedelta(hours=1)), title="Rooks")
    for person in (people.add(), people.add(), learner):
        if call("enroll", token=person.token, path=of(session), body=None).code == "LEARNER_ENROLLMENT_DENIED":
            assert call("join_waitlist", token=person.token, path=of(session), body=None).status == 201
    (entry,) = call("list_enrollments", token=learner.token, query={}).body["data"]["enrollments"]
    assert (entry["kind"], entry["status"], entry["position"]) == ("session", "waitlisted", 2)
    assert (entry["startsAt"], entry["endsAt"]) == (to_rfc3339(begins), to_rfc3339(begins + timedelta(hours=1)))
    assert (entry["completedModuleIds"], entry["nextDueAt"]) == ([], None)


def test_the_list_tells_what_is_done_and_what_is_due_next(
    call: Call, courses: Courses, tutor: Person, learner: Person
) -> None:
    course = courses.add(5, tutor_id=tutor.user_id)
    path = of(course)
    call("enroll", token=learner.token, path=path, body=None)
    call("complete_module", token=learner.token, path=path, body={"moduleId": "mod_2"})
    soon, later = (to_rfc3339(utc_now().replace(microsecond=0) + timedelta(days=days)) for days in (1, 2))
    made = [
        call(
            "create_assessment",
            token=tutor.token,
            path=path,
            body={"title": "Mates", "instructions": "", "maxGrade": 10, "dueAt": due},
        ).body["data"]
        for due in (later, soon, "2020-01-01T10:00:00Z", None)
    ]

    def next_due() -> list[str | None]:
        listed = call("list_enrollments", token=learner.token, query={}).body["data"]["enrollments"]
        progress = call("list_progress", token=learner.token).body["data"]["progress"]
        one = call("get_progress", token=learner.token, path=path).body["data"]["progress"]
        assert [entry["completedModuleIds"] for entry in (*listed, *progress, one)] == [["mod_2"]] * 3
        assert [entry["kind"] for entry in (*listed, *progress, one)] == ["course"] * 3
        return [entry["nextDueAt"] for entry in (*listed, *progress, one)]

    assert next_due() == [soon] * 3
    for one, due in zip(made[1::-1], ([later] * 3, [None] * 3), strict=True):
        submission = {"submissionUrl": "https://github.com/ada/work"}
        at = {"assessmentId": one["assessment"]["assessmentId"]}
        assert call("submit", token=learner.token, path=at, body=submission).status == 201
        assert next_due() == due


@pytest.mark.usefixtures("book")
def test_others_see_their_own_list(call: Call, people: People) -> None:
    answer = call("list_enrollments", token=people.add().token, query={})
    assert (listed(answer), answer.body["metadata"]["total"]) == ([], 0)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "finished"}, "status"),
        ({"limit": "101"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"),
        ({"cursor": "nonsense"}, "cursor"),
    ],
)
def test_the_list_refuses(call: Call, learner: Person, query: dict[str, str], field: str) -> None:
    answer = call("list_enrollments", token=learner.token, query=query)
    assert (answer.status, [wrong["field"] for wrong in answer.body["details"]["fields"]]) == (422, [field])
