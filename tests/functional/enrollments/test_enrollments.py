"""The enrolment endpoints as clients see them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.enrollments import enrollment_id
from peerlearn.persistence import keys
from tests.functional.enrollments.conftest import Call, of
from tests.support.courses import Courses
from tests.support.people import People, Person

ENDPOINTS = ["enroll", "withdraw", "join_waitlist", "leave_waitlist"]


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
