"""The enrolment endpoints as clients see them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.enrollments import enrollment_id
from peerlearn.persistence import keys
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

Call = Callable[..., Answer]
ENDPOINTS = ["enroll", "withdraw", "join_waitlist", "leave_waitlist"]


def of(course_id: str) -> dict[str, str]:
    return {"courseId": course_id}


def test_enrolling_answers_the_enrollment_and_nothing_else(call: Call, learner: Person, courses: Courses) -> None:
    course_id = courses.add(1)
    answer = call("enroll", token=learner.token, path=of(course_id))
    (item,) = courses.roster(course_id)
    assert (answer.status, answer.body) == (
        201,
        {
            "status": "success",
            "data": {
                "enrollment": {
                    "enrollmentId": enrollment_id(learner.user_id, course_id),
                    "learnerId": learner.user_id,
                    "courseId": course_id,
                    "status": "active",
                    "enrolledAt": item["enrolledAt"],
                    "updatedAt": item["updatedAt"],
                }
            },
        },
    )
    assert item["enrolledAt"].endswith("Z")
    assert utc_now() - datetime.fromisoformat(item["enrolledAt"]) < timedelta(minutes=5)


def test_stored_enrollment_is_ready_for_progress_and_the_roster(call: Call, learner: Person, courses: Courses) -> None:
    course_id = courses.add(1)
    call("enroll", token=learner.token, path=of(course_id))
    (item,) = courses.roster(course_id)
    assert (item["entity"], item["completedModules"], item["points"]) == ("Enrollment", {}, 0)
    assert item["GSI1SK"] == f"{item['enrolledAt']}#{learner.user_id}"
    assert keys.Key(item["PK"], item["SK"]) == keys.enrollment(learner.user_id, course_id)


def test_a_full_course_says_how_long_the_line_is(call: Call, people: People, learner: Person, courses: Courses) -> None:
    course_id = courses.add(1)
    others = [people.add(), people.add()]
    call("enroll", token=others[0].token, path=of(course_id))
    call("join_waitlist", token=others[1].token, path=of(course_id))
    answer = call("enroll", token=learner.token, path=of(course_id))
    assert (answer.status, answer.code) == (409, "LEARNER_ENROLLMENT_DENIED")
    assert answer.body["details"] == {"reason": "COURSE_FULL", "waitlistLength": 1}
    again = call("enroll", token=others[0].token, path=of(course_id))
    assert again.body["details"] == {"reason": "ALREADY_ENROLLED"}


def test_dropping_answers_nothing_once(call: Call, learner: Person, courses: Courses) -> None:
    course_id = courses.add(1)
    call("enroll", token=learner.token, path=of(course_id))
    answer = call("withdraw", token=learner.token, path=of(course_id))
    assert (answer.status, answer.body) == (204, {})
    again = call("withdraw", token=learner.token, path=of(course_id))
    assert (again.status, again.code) == (403, "NOT_ENROLLED")
    courses.check(course_id)


def test_waiting_answers_position_and_time_and_ends_with_nothing(
    call: Call, people: People, learner: Person, courses: Courses
) -> None:
    course_id = courses.add(0)
    call("join_waitlist", token=people.add().token, path=of(course_id))
    answer = call("join_waitlist", token=learner.token, path=of(course_id))
    (item,) = [item for item in courses.roster(course_id) if item["learnerId"] == learner.user_id]
    assert answer.status == 201
    assert answer.body["data"] == {"waitlist": {"courseId": course_id, "position": 2, "joinedAt": item["waitingSince"]}}
    again = call("join_waitlist", token=learner.token, path=of(course_id))
    assert (again.status, again.body["details"]) == (409, {"reason": "ALREADY_WAITLISTED", "position": 2})
    left = call("leave_waitlist", token=learner.token, path=of(course_id))
    assert (left.status, left.body) == (204, {})
    again = call("leave_waitlist", token=learner.token, path=of(course_id))
    assert (again.status, again.code) == (403, "NOT_ENROLLED")
    courses.check(course_id)


def test_waiting_with_free_seats_is_a_conflict(call: Call, learner: Person, courses: Courses) -> None:
    answer = call("join_waitlist", token=learner.token, path=of(courses.add(1)))
    assert (answer.status, answer.code) == (409, "CONFLICT")


def test_closed_course_is_not_open(call: Call, learner: Person, courses: Courses) -> None:
    answer = call("enroll", token=learner.token, path=of(courses.add(1, status=CourseStatus.CLOSED)))
    assert (answer.status, answer.body["details"]) == (409, {"reason": "NOT_OPEN"})


def test_two_sessions_at_one_time(call: Call, learner: Person, courses: Courses) -> None:
    begins = utc_now() + timedelta(days=1)
    first, second = (courses.add(1, slot=(begins, begins + timedelta(hours=1))) for _ in range(2))
    assert call("enroll", token=learner.token, path=of(first)).status == 201
    answer = call("enroll", token=learner.token, path=of(second))
    assert (answer.status, answer.body["details"]) == (
        409,
        {
            "reason": "SCHEDULE_CONFLICT",
            "courseId": first,
            "startsAt": to_rfc3339(begins),
            "endsAt": to_rfc3339(begins + timedelta(hours=1)),
        },
    )


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_unknown_course(call: Call, learner: Person, endpoint: str) -> None:
    answer = call(endpoint, token=learner.token, path=of("crs_unknown"))
    assert (answer.status, answer.code) == (404, "COURSE_NOT_FOUND")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("course_id", ["a b", "x" * 65, "é"])
def test_malformed_id_is_refused(call: Call, learner: Person, endpoint: str, course_id: str) -> None:
    answer = call(endpoint, token=learner.token, path=of(course_id))
    assert (answer.status, answer.body["details"]["fields"][0]["field"]) == (422, "courseId")


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "list_enrollments"])
def test_a_caller_is_needed(call: Call, endpoint: str) -> None:
    answer = call(endpoint)
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


# -- one's own list -------------------------------------------------------------------------------------------------


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
