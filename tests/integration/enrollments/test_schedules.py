"""RULES 3: a learner is in one session at a time, also when sessions move."""

from __future__ import annotations

from functools import partial

import pytest

from peerlearn.domain.bookings import BookingChange
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.errors import EnrollmentDenied
from peerlearn.domain.standing import Admission
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from tests.integration.enrollments.conftest import reason
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.sessions import HOUR, NOON, Times, at, move


def test_overlapping_sessions_at_the_same_instant_give_one(service: EnrollmentService, courses: Courses) -> None:
    sessions = [courses.add(40, slot=at(0)), courses.add(40, slot=at(0.5))]
    results = at_once([partial(service.enroll, "usr_1", sessions[number % 2]) for number in range(32)])
    (booked,) = [one for one in results if isinstance(one, Enrollment)]
    reasons = {reason(one) for one in results if not isinstance(one, Enrollment)}
    assert reasons == {"SCHEDULE_CONFLICT", "ALREADY_ENROLLED"}
    assert set(courses.booked("usr_1")) == {booked.course_id}
    assert sum(courses.seats(session).taken for session in sessions) == 1
    for session in sessions:
        courses.check(session)


def test_sessions_that_do_not_overlap_are_all_booked_at_once(service: EnrollmentService, courses: Courses) -> None:
    """One may begin at the moment another ends. They collide on the schedule, and none is lost to that."""
    sessions = [courses.add(4, slot=at(number)) for number in range(6)]
    results = at_once([partial(service.enroll, "usr_1", session) for session in sessions])
    assert all(isinstance(one, Enrollment) for one in results), results
    assert set(courses.booked("usr_1")) == set(sessions)


@pytest.mark.parametrize(
    ("hours", "length", "conflicts"),
    [(-1, 1, False), (1, 1, False), (-1, 1.1, True), (0.9, 1, True), (0.2, 0.1, True), (-1, 4, True), (0, 1, True)],
)
def test_overlap_of_two_slots(
    service: EnrollmentService, courses: Courses, hours: float, length: float, *, conflicts: bool
) -> None:
    booked, other = courses.add(1, slot=at(0)), courses.add(1, slot=at(hours, length))
    service.enroll("usr_1", booked)
    (result,) = at_once([partial(service.enroll, "usr_1", other)], 1)
    if conflicts:
        assert isinstance(result, EnrollmentDenied)
        assert result.details == {
            "reason": "SCHEDULE_CONFLICT",
            "courseId": booked,
            "startsAt": to_rfc3339(at(0)[0]),
            "endsAt": to_rfc3339(at(0)[1]),
        }
    else:
        assert isinstance(result, Enrollment)


def test_reasons_come_in_their_order(service: EnrollmentService, courses: Courses) -> None:
    booked, full = courses.add(1, slot=at(0)), courses.add(0, slot=at(0))
    over = courses.add(5, slot=at(-100))
    service.enroll("usr_1", booked)
    for course_id, expected in ((booked, "ALREADY_ENROLLED"), (full, "COURSE_FULL"), (over, "NOT_OPEN")):
        (result,) = at_once([partial(service.enroll, "usr_1", course_id)], 1)
        assert reason(result) == expected
    for course_id, expected in ((booked, "ALREADY_ENROLLED"), (full, "SCHEDULE_CONFLICT"), (over, "NOT_OPEN")):
        (refusal,) = at_once([partial(service.join_waitlist, "usr_1", course_id)], 1)
        assert reason(refusal) == expected


def test_seats_of_a_session_under_many_learners(service: EnrollmentService, courses: Courses) -> None:
    session = courses.add(5, slot=at(0))
    results = at_once([partial(service.enroll, f"usr_{number}", session) for number in range(100)])
    assert sum(isinstance(one, Enrollment) for one in results) == 5
    assert {reason(one) for one in results if not isinstance(one, Enrollment)} == {"COURSE_FULL"}
    courses.check(session)


def test_dropping_a_session_frees_its_time(service: EnrollmentService, courses: Courses) -> None:
    booked, other = courses.add(1, slot=at(0)), courses.add(1, slot=at(0))
    service.enroll("usr_1", booked)
    service.withdraw("usr_1", booked)
    service.enroll("usr_1", other)
    assert set(courses.booked("usr_1")) == {other}


def test_times_long_past_are_forgotten(courses: Courses, store: EnrollmentRepository) -> None:
    early, late = courses.add(1, slot=at(0)), courses.add(1, slot=at(100))
    EnrollmentService(store, lambda: NOON - HOUR).enroll("usr_1", early)
    EnrollmentService(store, lambda: NOON + 2 * HOUR).enroll("usr_1", late)
    assert set(courses.booked("usr_1")) == {late}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (at(5), at(0.5)),
        # only its beginning, only its end
        (at(1), at(0.5, 1.5)),
        (at(-2), at(-2, 2.5)),
    ],
)
def test_a_session_moved_between_reading_and_booking_is_looked_at_again(
    courses: Courses, table: Table, store: EnrollmentRepository, before: Times, after: Times
) -> None:
    booked, moving = courses.add(1, slot=at(0)), courses.add(1, slot=before)
    EnrollmentService(store).enroll("usr_1", booked)

    class Moving(EnrollmentRepository):
        def apply(self, change: BookingChange, token: str, admission: Admission | None = None) -> None:
            move(courses, table, moving, after)
            super().apply(change, token, admission)

    (result,) = at_once([partial(EnrollmentService(Moving(table)).enroll, "usr_1", moving)], 1)
    assert reason(result) == "SCHEDULE_CONFLICT"
    assert set(courses.booked("usr_1")) == {booked}
    courses.check(moving)


def test_nobody_waits_for_a_session_that_is_over_by_now(courses: Courses, table: Table) -> None:
    session = courses.add(0, slot=at(5))

    class Moving(EnrollmentRepository):
        def apply(self, change: BookingChange, token: str, admission: Admission | None = None) -> None:
            move(courses, table, session, at(-100))
            super().apply(change, token, admission)

    (result,) = at_once([partial(EnrollmentService(Moving(table)).join_waitlist, "usr_1", session)], 1)
    assert reason(result) == "NOT_OPEN"
    courses.check(session)
