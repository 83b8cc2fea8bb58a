"""RULES 1 and 2: never more seats than there are, never two for one, and the right reason for a refusal."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from peerlearn.domain.bookings import BookingChange
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus, Kind, Seats
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import Conflict, CourseNotFound, EnrollmentDenied, TemporarilyUnavailable, Unauthenticated
from peerlearn.domain.standing import Standing
from peerlearn.domain.users import AccountState, Role
from peerlearn.persistence import keys
from peerlearn.persistence.items.standing import standing_item
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put, update
from peerlearn.services.enrollments import EnrollmentService
from tests.integration.enrollments.conftest import reason
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.overtaken import OvertakenEnrollments


@pytest.mark.parametrize("capacity", [1, 7])
def test_n_seats_go_to_exactly_n_of_many_learners(service: EnrollmentService, courses: Courses, capacity: int) -> None:
    course_id = courses.add(capacity)
    learners = [f"usr_{number}" for number in range(20 * capacity)]
    results = at_once([partial(service.enroll, learner, course_id) for learner in learners])
    accepted = {result.learner_id for result in results if isinstance(result, Enrollment)}
    assert len(accepted) == capacity
    assert {reason(one) for one in results if not isinstance(one, Enrollment)} == {"COURSE_FULL"}
    stored = courses.roster(course_id)
    assert len(stored) == capacity
    assert {item["learnerId"] for item in stored} == accepted
    assert {item["status"] for item in stored} == {"active"}
    assert courses.seats(course_id).taken == capacity


def test_a_learner_fifty_times_at_once_gets_one_seat(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(3)
    results = at_once([partial(service.enroll, "usr_1", course_id)] * 50)
    assert sum(isinstance(one, Enrollment) for one in results) == 1
    assert {reason(one) for one in results if not isinstance(one, Enrollment)} == {"ALREADY_ENROLLED"}
    assert courses.seats(course_id).taken == 1
    courses.check(course_id)


def test_repeated_enroll_on_a_course_since_filled_is_a_duplicate(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(1)
    service.enroll("usr_1", course_id)
    with pytest.raises(EnrollmentDenied) as denied:
        service.enroll("usr_1", course_id)
    assert reason(denied.value) == "ALREADY_ENROLLED"
    with pytest.raises(EnrollmentDenied) as denied:
        service.enroll("usr_2", course_id)
    assert denied.value.details == {"reason": "COURSE_FULL", "waitlistLength": 0}


def test_waiting_learner_is_told_the_position_and_others_the_length(
    service: EnrollmentService, courses: Courses
) -> None:
    course_id = courses.add(0)
    assert [service.join_waitlist(f"usr_{n}", course_id).position for n in (1, 2)] == [1, 2]
    for again in (service.enroll, service.join_waitlist):
        with pytest.raises(EnrollmentDenied) as denied:
            again("usr_2", course_id)
        assert denied.value.details == {"reason": "ALREADY_WAITLISTED", "position": 2}
    with pytest.raises(EnrollmentDenied) as denied:
        service.enroll("usr_3", course_id)
    assert denied.value.details == {"reason": "COURSE_FULL", "waitlistLength": 2}


@pytest.mark.parametrize("course_id", ["crs_unknown", "ssn_unknown", "anything"])
@pytest.mark.parametrize("use_case", ["enroll", "withdraw", "join_waitlist", "leave_waitlist"])
def test_unknown_course(service: EnrollmentService, use_case: str, course_id: str) -> None:
    with pytest.raises(CourseNotFound):
        getattr(service, use_case)("usr_1", course_id)


@pytest.mark.parametrize("status", [CourseStatus.DRAFT, CourseStatus.CLOSED])
@pytest.mark.parametrize("capacity", [0, 5])
def test_unpublished_course_takes_nobody(
    service: EnrollmentService, courses: Courses, status: CourseStatus, capacity: int
) -> None:
    course_id = courses.add(capacity, status=status)
    for use_case in (service.enroll, service.join_waitlist):
        with pytest.raises(EnrollmentDenied) as denied:
            use_case("usr_1", course_id)
        assert reason(denied.value) == "NOT_OPEN"
    assert courses.roster(course_id) == []


def test_no_limit_means_everybody(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(None)
    results = at_once([partial(service.enroll, f"usr_{n}", course_id) for n in range(64)])
    assert all(isinstance(one, Enrollment) for one in results)
    assert courses.seats(course_id).taken == 64


def test_a_free_seat_belongs_to_the_line_and_not_to_whoever_asks_first(
    service: EnrollmentService, courses: Courses
) -> None:
    course_id = courses.add(1)
    service.enroll("usr_1", course_id)
    service.join_waitlist("usr_2", course_id)
    service.withdraw("usr_1", course_id)
    with pytest.raises(EnrollmentDenied) as denied:
        service.enroll("usr_3", course_id)
    assert denied.value.details == {"reason": "COURSE_FULL", "waitlistLength": 1}


def test_join_while_a_seat_comes_free_is_a_conflict(service: EnrollmentService, courses: Courses, table: Table) -> None:
    course_id = courses.add(1)
    service.enroll("usr_1", course_id)

    def withdraw(_: BookingChange) -> None:
        if courses.seats(course_id).taken:
            service.withdraw("usr_1", course_id)

    with pytest.raises(Conflict, match="Seats are free"):
        EnrollmentService(OvertakenEnrollments(table, withdraw)).join_waitlist("usr_2", course_id)
    courses.check(course_id)


def test_enrolling_again_keeps_progress_and_the_enrollment_id(
    service: EnrollmentService, courses: Courses, table: Table
) -> None:
    course_id = courses.add(1)
    first = service.enroll("usr_1", course_id)
    done = update(
        keys.enrollment("usr_1", course_id),
        "SET #modules.#module = :minutes, #points = :points",
        names={"#modules": "completedModules", "#module": "mod_1", "#points": "points"},
        values={":minutes": 20, ":points": 10},
    )
    table.write(done)
    service.withdraw("usr_1", course_id)
    assert courses.seats(course_id).dropped == 1
    again = service.enroll("usr_1", course_id)
    assert again.enrollment_id == first.enrollment_id
    (item,) = courses.roster(course_id)
    assert (item["status"], item["completedModules"], item["points"]) == ("active", {"mod_1": 20}, 10)
    courses.check(course_id)


def test_completed_enrollments_keep_their_seat(service: EnrollmentService, courses: Courses, table: Table) -> None:
    course_id = courses.add(1)
    service.enroll("usr_1", course_id)
    table.write(
        update(
            keys.enrollment("usr_1", course_id),
            "SET #status = :completed",
            names={"#status": "status"},
            values={":completed": EnrollmentStatus.COMPLETED.value},
        )
    )
    courses.set_seats(Seats(course_id, 1, 1, 0, 1, 0, CourseStatus.PUBLISHED, Kind.COURSE, None, None))
    results = [
        at_once([partial(use_case, "usr_1", course_id)], 1)[0] for use_case in (service.withdraw, service.enroll)
    ]
    assert [reason(one) for one in results] == ["CONFLICT", "ALREADY_ENROLLED"]
    courses.check(course_id)


def test_a_count_that_is_wrong_already_is_not_made_negative(
    service: EnrollmentService, courses: Courses, table: Table
) -> None:
    """However it was damaged: a refusal is found and mended, a seat too many is sold."""
    course_id = courses.add(1)
    service.enroll("usr_1", course_id)
    service.join_waitlist("usr_2", course_id)
    nothing = update(
        keys.seats(course_id),
        "SET #taken = :none, #waiting = :none",
        names={"#taken": "seatsTaken", "#waiting": "waitlistLength"},
        values={":none": 0},
    )
    table.write(nothing)
    for give_up, learner in ((service.withdraw, "usr_1"), (service.leave_waitlist, "usr_2")):
        with pytest.raises(TemporarilyUnavailable):
            give_up(learner, course_id)
    seats = courses.seats(course_id)
    assert (seats.taken, seats.waitlist_length) == (0, 0)


def test_the_ids_hint_of_the_kind_is_only_a_hint(service: EnrollmentService, courses: Courses) -> None:
    """A course that was made a session, or the other way about, before anybody came."""
    begins = utc_now() + timedelta(days=1)
    session = courses.add(2, slot=(begins, begins + timedelta(hours=1)), course_id="crs_is_a_session")
    course = courses.add(2, course_id="ssn_is_a_course")
    for course_id in (session, course):
        assert service.enroll("usr_1", course_id).status is EnrollmentStatus.ACTIVE
        courses.check(course_id)
    assert set(courses.booked("usr_1")) == {session}
    for course_id in (session, course):
        service.withdraw("usr_1", course_id)
        courses.check(course_id)
    assert courses.booked("usr_1") == {}


def test_erased_person_is_given_no_seat_by_the_product_itself(
    service: EnrollmentService, courses: Courses, table: Table
) -> None:
    """A caller who acts for them, without their token, is told that there is nobody."""
    course_id = courses.add(1)
    erased = Standing("usr_1", Role.LEARNER, AccountState.ERASED)
    table.write(put({**standing_item(erased), "erasedAt": "2026-01-01T00:00:00.000Z"}))
    with pytest.raises(Unauthenticated):
        service.enroll("usr_1", course_id)
    assert courses.seats(course_id).taken == 0
