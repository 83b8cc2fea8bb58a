"""RULES 3, 7 and 8: a freed seat goes to the head of the waitlist, once, however often the stream says so."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from peerlearn.domain.bookings import BookingChange, promote
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus, Seats
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.promotion import PromotionService
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.overtaken import OvertakenEnrollments, once
from tests.support.streams import Records


def in_line(service: EnrollmentService, courses: Courses, *, seats: int, waiting: int) -> tuple[str, list[str]]:
    """A full course with a waitlist: its id, and who waits, in their order."""
    course_id = courses.add(seats)
    for number in range(seats):
        service.enroll(f"usr_seat_{number}", course_id)
    line = [f"usr_line_{9 - number}" for number in range(waiting)]
    for learner in line:
        service.join_waitlist(learner, course_id)
    assert courses.waiting(course_id) == line
    return course_id, line


def active(courses: Courses, course_id: str) -> set[str]:
    return {item["learnerId"] for item in courses.roster(course_id, EnrollmentStatus.ACTIVE)}


def test_a_freed_seat_goes_to_the_head(
    service: EnrollmentService, promotion: PromotionService, courses: Courses
) -> None:
    course_id, line = in_line(service, courses, seats=2, waiting=3)
    service.withdraw("usr_seat_0", course_id)
    assert promotion.promote(course_id) == line[:1]
    assert active(courses, course_id) == {"usr_seat_1", line[0]}
    assert courses.waiting(course_id) == line[1:]
    (item,) = [item for item in courses.roster(course_id) if item["learnerId"] == line[0]]
    assert "waitingSince" not in item
    courses.check(course_id)


def test_promoting_again_and_again_changes_nothing(
    service: EnrollmentService, promotion: PromotionService, courses: Courses
) -> None:
    course_id, line = in_line(service, courses, seats=1, waiting=2)
    service.withdraw("usr_seat_0", course_id)
    assert [promotion.promote(course_id) for _ in range(3)] == [line[:1], [], []]
    courses.check(course_id)


@pytest.mark.parametrize("freed", [1, 3])
def test_many_promoters_at_once_give_each_seat_once(
    service: EnrollmentService, promotion: PromotionService, courses: Courses, freed: int
) -> None:
    course_id, line = in_line(service, courses, seats=4, waiting=6)
    for number in range(freed):
        service.withdraw(f"usr_seat_{number}", course_id)
    results = at_once([partial(promotion.promote, course_id)] * 16)
    promoted = list(itertools.chain.from_iterable(one for one in results if isinstance(one, list)))
    assert sorted(promoted) == sorted(line[:freed])
    assert courses.waiting(course_id) == line[freed:]
    assert courses.seats(course_id).taken == 4
    courses.check(course_id)


def test_two_promoters_who_saw_the_same_head(
    service: EnrollmentService, store: EnrollmentRepository, courses: Courses, table: Table
) -> None:
    """The slower one acts on what it saw before the other: both seats are given, neither learner gets two."""
    course_id, line = in_line(service, courses, seats=2, waiting=3)
    for number in range(2):
        service.withdraw(f"usr_seat_{number}", course_id)

    def promote_first() -> None:
        same = promote(store.situation(line[0], course_id), utc_now())
        assert same is not None
        store.apply(same, str(uuid4()))

    slow = PromotionService(OvertakenEnrollments(table, once(promote_first)))
    assert slow.promote(course_id) == [line[1]]
    assert active(courses, course_id) == set(line[:2])
    courses.check(course_id)


def test_a_larger_capacity_is_given_out_in_order(
    service: EnrollmentService, promotion: PromotionService, courses: Courses
) -> None:
    course_id, line = in_line(service, courses, seats=1, waiting=5)
    courses.set_seats(replace(courses.seats(course_id), capacity=4))
    assert promotion.promote(course_id) == line[:3]
    courses.set_seats(replace(courses.seats(course_id), capacity=None))
    assert promotion.promote(course_id) == line[3:]
    courses.check(course_id)


@pytest.mark.parametrize("why_not", [{"status": CourseStatus.CLOSED}, {"ends_at": utc_now() - timedelta(minutes=1)}])
def test_nobody_is_promoted_into_what_is_closed_or_over(
    service: EnrollmentService, promotion: PromotionService, courses: Courses, why_not: dict[str, object]
) -> None:
    course_id, line = in_line(service, courses, seats=1, waiting=2)
    service.withdraw("usr_seat_0", course_id)
    opened: Seats = courses.seats(course_id)
    courses.set_seats(replace(opened, **why_not))  # type: ignore[arg-type]
    assert promotion.promote(course_id) == []
    assert courses.waiting(course_id) == line
    courses.set_seats(opened)
    assert promotion.promote(course_id) == line[:1]
    courses.check(course_id)


def test_learner_who_left_the_line_is_passed_over(
    service: EnrollmentService, promotion: PromotionService, courses: Courses
) -> None:
    course_id, line = in_line(service, courses, seats=1, waiting=2)
    service.withdraw("usr_seat_0", course_id)
    service.leave_waitlist(line[0], course_id)
    assert promotion.promote(course_id) == line[1:]
    courses.check(course_id)


def test_a_waiter_with_another_session_at_that_time_is_released_and_the_next_has_the_seat(
    service: EnrollmentService, promotion: PromotionService, courses: Courses
) -> None:
    begins = utc_now() + timedelta(days=1)
    slot = (begins, begins + timedelta(hours=1))
    session, other = courses.add(1, slot=slot), courses.add(5, slot=slot)
    service.enroll("usr_0", session)
    for learner in ("usr_1", "usr_2"):
        service.join_waitlist(learner, session)
    service.enroll("usr_1", other)
    service.withdraw("usr_0", session)
    assert promotion.promote(session) == ["usr_2"]
    statuses = {item["learnerId"]: item["status"] for item in courses.roster(session)}
    assert statuses == {"usr_0": "dropped", "usr_1": "dropped", "usr_2": "active"}
    assert (set(courses.booked("usr_1")), set(courses.booked("usr_2"))) == ({other}, {session})
    courses.check(session)


def test_records_doubled_and_reordered(
    service: EnrollmentService,
    courses: Courses,
    stream_records: Callable[[], Records],
    deliver: Callable[[str, Records], dict[str, object]],
) -> None:
    """The stream's own records of a full course, four waiters and two drops, delivered backwards and twice."""
    course_id, line = in_line(service, courses, seats=2, waiting=4)
    for number in range(2):
        service.withdraw(f"usr_seat_{number}", course_id)
    records = stream_records()
    assert sum(record["dynamodb"]["NewImage"]["entity"]["S"] == "Seats" for record in records) == 9
    assert deliver("follow_up", [*reversed(records), *records]) == {"batchItemFailures": []}
    assert active(courses, course_id) == set(line[:2])
    assert courses.waiting(course_id) == line[2:]
    courses.check(course_id)
    assert deliver("follow_up", records + stream_records()) == {"batchItemFailures": []}
    assert courses.waiting(course_id) == line[2:]


def test_learner_who_rejoins_meanwhile_is_not_promoted_for_the_old_place(
    service: EnrollmentService, courses: Courses, table: Table
) -> None:
    course_id, line = in_line(service, courses, seats=1, waiting=2)
    service.withdraw("usr_seat_0", course_id)

    def rejoin(change: BookingChange) -> None:
        if change.situation.learner_id == line[0]:
            service.leave_waitlist(line[0], course_id)
            service.join_waitlist(line[0], course_id)

    assert PromotionService(OvertakenEnrollments(table, rejoin)).promote(course_id) == [line[1]]
    assert courses.waiting(course_id) == [line[0]]
    courses.check(course_id)
