"""Steps of a booking, their changes and their refusals: every state against every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from peerlearn.domain.bookings import BookingChange, Gate, Situation, book, join_line, leave_line, promote, withdraw
from peerlearn.domain.courses import CourseStatus, Kind, Seats
from peerlearn.domain.enrollments import EnrollmentStatus, Schedule, Slot
from peerlearn.domain.errors import DomainError

NOW = datetime(2026, 1, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN = Seats("crs_1", 5, 2, 0, 0, 0, CourseStatus.PUBLISHED, Kind.COURSE, None, None)
FULL = replace(OPEN, taken=5)
WAITED_FOR = replace(OPEN, waitlist_length=3)
SESSION = replace(OPEN, course_id="ssn_1", kind=Kind.SESSION, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
ACTIVE, COMPLETED, DROPPED, WAITLISTED = (
    EnrollmentStatus.ACTIVE,
    EnrollmentStatus.COMPLETED,
    EnrollmentStatus.DROPPED,
    EnrollmentStatus.WAITLISTED,
)
ANY: tuple[EnrollmentStatus | None, ...] = (None, ACTIVE, COMPLETED, DROPPED, WAITLISTED)


def situation(
    status: EnrollmentStatus | None = None, seats: Seats | None = OPEN, schedule: Schedule | None = None
) -> Situation:
    since = "2026-01-01T09:00:00.000Z" if status is WAITLISTED else None
    course_id = seats.course_id if seats else "crs_1"
    return Situation("usr_1", course_id, status, since, seats, schedule)


def reason(step: Callable[[Situation, datetime], object], at: Situation) -> str:
    with pytest.raises(DomainError) as refused:
        step(at, NOW)
    return str(refused.value.details.get("reason", refused.value.code))


def moves(change: BookingChange) -> tuple[int, int, int]:
    return change.seats_taken, change.waiting, change.dropped


@pytest.mark.parametrize(
    ("step", "status", "seats", "expected"),
    [
        (book, None, OPEN, (1, 0, 0)),
        (book, DROPPED, OPEN, (1, 0, -1)),
        (withdraw, ACTIVE, OPEN, (-1, 0, 1)),
        (join_line, None, FULL, (0, 1, 0)),
        (join_line, DROPPED, FULL, (0, 1, -1)),
        (join_line, None, WAITED_FOR, (0, 1, 0)),
        (leave_line, WAITLISTED, FULL, (0, -1, 1)),
        (promote, WAITLISTED, WAITED_FOR, (1, -1, 0)),
    ],
)
def test_each_step_counts(
    step: Callable[[Situation, datetime], BookingChange],
    status: EnrollmentStatus | None,
    seats: Seats,
    expected: tuple[int, int, int],
) -> None:
    change = step(situation(status, seats), NOW)
    assert (moves(change), change.before, change.at) == (expected, status, NOW)


@pytest.mark.parametrize("seats", [OPEN, FULL, replace(OPEN, status=CourseStatus.CLOSED), None])
@pytest.mark.parametrize("step", [book, join_line])
def test_duplicate_is_told_first(step: Callable[[Situation, datetime], BookingChange], seats: Seats | None) -> None:
    assert reason(step, situation(ACTIVE, seats)) == "ALREADY_ENROLLED"
    assert reason(step, situation(COMPLETED, seats)) == "ALREADY_ENROLLED"
    assert reason(step, situation(WAITLISTED, seats)) == "ALREADY_WAITLISTED"


@pytest.mark.parametrize("step", [book, join_line, withdraw, leave_line])
def test_no_course(step: Callable[[Situation, datetime], BookingChange]) -> None:
    assert reason(step, situation(seats=None)) == "COURSE_NOT_FOUND"


@pytest.mark.parametrize("step", [book, join_line])
@pytest.mark.parametrize(
    "seats",
    [
        replace(FULL, status=CourseStatus.DRAFT),
        replace(FULL, status=CourseStatus.CLOSED),
        replace(SESSION, ends_at=NOW),
        replace(SESSION, ends_at=NOW - HOUR),
    ],
)
def test_not_open(step: Callable[[Situation, datetime], BookingChange], seats: Seats) -> None:
    assert reason(step, situation(None, seats, Schedule(0, {}))) == "NOT_OPEN"


@pytest.mark.parametrize("seats", [FULL, WAITED_FOR, replace(OPEN, capacity=0, taken=0), replace(OPEN, taken=6)])
def test_full(seats: Seats) -> None:
    assert reason(book, situation(None, seats)) == "COURSE_FULL"


def test_a_session_that_has_begun_is_still_open() -> None:
    begun = replace(SESSION, starts_at=NOW - HOUR)
    assert book(situation(None, begun, Schedule(0, {})), NOW).slot is not None


@pytest.mark.parametrize("status", [None, DROPPED, WAITLISTED])
def test_withdrawing_without_a_seat(status: EnrollmentStatus | None) -> None:
    assert reason(withdraw, situation(status)) == "NOT_ENROLLED"


def test_withdrawing_from_what_is_completed() -> None:
    assert reason(withdraw, situation(COMPLETED)) == "CONFLICT"


@pytest.mark.parametrize("status", [None, DROPPED, ACTIVE, COMPLETED])
def test_leaving_a_line_one_is_not_in(status: EnrollmentStatus | None) -> None:
    assert reason(leave_line, situation(status)) == "NOT_ENROLLED"


@pytest.mark.parametrize("seats", [OPEN, replace(OPEN, capacity=None, taken=900)])
def test_waiting_while_seats_are_free(seats: Seats) -> None:
    assert reason(join_line, situation(None, seats)) == "CONFLICT"


@pytest.mark.parametrize(
    "seats", [None, FULL, replace(OPEN, status=CourseStatus.CLOSED), replace(SESSION, ends_at=NOW)]
)
def test_no_seat_to_promote_into(seats: Seats | None) -> None:
    assert promote(situation(WAITLISTED, seats), NOW) is None


def schedule_with(hours: float, course_id: str = "ssn_2") -> Schedule:
    slot = Slot(course_id, NOW + hours * HOUR, NOW + (hours + 1) * HOUR)
    return Schedule(7, {course_id: slot})


def test_a_conflict_refuses_a_booking_and_a_place_in_line_but_releases_a_waiter() -> None:
    busy = schedule_with(1.5)
    assert reason(book, situation(None, SESSION, busy)) == "SCHEDULE_CONFLICT"
    assert reason(join_line, situation(None, replace(SESSION, taken=5), busy)) == "SCHEDULE_CONFLICT"
    released = promote(situation(WAITLISTED, SESSION, busy), NOW)
    assert released is not None
    assert (released.after, released.gate, released.schedule) == (DROPPED, Gate.EXIT, None)


def test_full_comes_before_the_conflict() -> None:
    assert reason(book, situation(None, replace(SESSION, taken=5), schedule_with(1.5))) == "COURSE_FULL"


@pytest.mark.parametrize("hours", [0, 2])
def test_a_booking_takes_its_time(hours: float) -> None:
    change = book(situation(None, SESSION, schedule_with(hours)), NOW)
    assert change.schedule is not None
    assert change.schedule.version == 8
    assert set(change.schedule.slots) == {"ssn_1", "ssn_2"}
    assert change.slot == change.schedule.slots["ssn_1"]


def test_a_booking_forgets_what_is_over() -> None:
    change = book(situation(None, SESSION, schedule_with(-1)), NOW)
    assert change.schedule is not None
    assert set(change.schedule.slots) == {"ssn_1"}


def test_a_course_has_no_time() -> None:
    change = book(situation(None, OPEN, schedule_with(0)), NOW)
    assert (change.slot, change.schedule, change.frees_slot) == (None, None, False)


def test_only_giving_up_a_session_frees_time() -> None:
    assert withdraw(situation(ACTIVE, SESSION), NOW).frees_slot
    assert not leave_line(situation(WAITLISTED, SESSION), NOW).frees_slot
    assert not withdraw(situation(ACTIVE, OPEN), NOW).frees_slot


@pytest.mark.parametrize("status", ANY)
def test_a_presumption_lets_the_first_try_through(status: EnrollmentStatus | None) -> None:
    presumed = Situation.presumed("usr_1", "crs_1", status)
    assert presumed.lacks_schedule is False
    assert Situation.presumed("usr_1", "ssn_1", status).lacks_schedule is True
    if status in (None, DROPPED):
        assert book(presumed, NOW).after is ACTIVE


def test_promoted_learner_leaves_the_line() -> None:
    change = promote(situation(WAITLISTED, WAITED_FOR), NOW)
    assert change is not None
    assert (change.gate, change.waiting_since) == (Gate.SEAT_OF_HEAD, "2026-01-01T09:00:00.000Z")
