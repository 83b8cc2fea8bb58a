"""RULES 3: a learner is in one session at a time, also when sessions move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from peerlearn.domain.bookings import BookingChange
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.courses import Course
from peerlearn.domain.enrollments import Enrollment, Slot
from peerlearn.domain.errors import EnrollmentDenied, TemporarilyUnavailable
from peerlearn.domain.standing import Admission
from peerlearn.persistence import keys
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.courses import course_item, course_of
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.rescheduling import ReschedulingService
from tests.integration.enrollments.conftest import reason
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.streams import Records
from tests.support.wire import Wire

# as the table keeps it: whole milliseconds
NOON = (utc_now() + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)
Times = tuple[datetime, datetime]


def at(hours: float, length: float = 1) -> Times:
    return NOON + hours * HOUR, NOON + (hours + length) * HOUR


@pytest.fixture
def rescheduling(table: Table) -> ReschedulingService:
    return ReschedulingService(RosterRepository(table))


def move(courses: Courses, table: Table, course_id: str, slot: Times) -> None:
    """As an author's change does: the course and its seats get the new time."""
    item = table.get(keys.course(course_id))
    assert item is not None
    course: Course = course_of(item)
    table.write(put(course_item(replace(course, starts_at=slot[0], ends_at=slot[1], version=course.version + 1))))
    courses.set_seats(replace(courses.seats(course_id), starts_at=slot[0], ends_at=slot[1]))


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


def test_a_moved_session_moves_in_every_schedule_and_nowhere_else(
    service: EnrollmentService, rescheduling: ReschedulingService, courses: Courses, table: Table
) -> None:
    session, other = courses.add(6, slot=at(0)), courses.add(9, slot=at(10))
    learners = [f"usr_{number}" for number in range(6)]
    for learner in learners:
        service.enroll(learner, session)
    service.enroll("usr_0", other)
    service.withdraw("usr_5", session)
    move(courses, table, session, at(3))
    assert rescheduling.reschedule(session) == 5
    moved = Slot(session, *at(3))
    assert [courses.booked(learner).get(session) for learner in learners] == [moved] * 5 + [None]
    assert courses.booked("usr_0")[other] == Slot(other, *at(10))
    # The old time is free again, the new one is not.
    service.enroll("usr_1", courses.add(1, slot=at(0)))
    (result,) = at_once([partial(service.enroll, "usr_1", courses.add(1, slot=at(3)))], 1)
    assert reason(result) == "SCHEDULE_CONFLICT"
    assert rescheduling.reschedule(session) == 0


def test_a_booking_that_saw_the_old_times_must_look_again(
    service: EnrollmentService, rescheduling: ReschedulingService, courses: Courses, table: Table
) -> None:
    session, other = courses.add(6, slot=at(0)), courses.add(9, slot=at(5))
    service.enroll("usr_1", session)

    class Overtaken(EnrollmentRepository):
        def apply(self, change: BookingChange, token: str, admission: Admission | None = None) -> None:
            move(courses, table, session, at(5))
            rescheduling.reschedule(session)
            super().apply(change, token, admission)

    (result,) = at_once([partial(EnrollmentService(Overtaken(table)).enroll, "usr_1", other)], 1)
    assert reason(result) == "SCHEDULE_CONFLICT"
    courses.check(other)


def test_a_learner_who_drops_meanwhile_gets_no_time_back(
    service: EnrollmentService, courses: Courses, table: Table
) -> None:
    session = courses.add(6, slot=at(0))
    service.enroll("usr_1", session)

    class Dropping(RosterRepository):
        def move_slot(self, learner_id: str, slot: Slot, token: str) -> bool:
            service.withdraw(learner_id, session)
            return super().move_slot(learner_id, slot, token)

    move(courses, table, session, at(3))
    assert ReschedulingService(Dropping(table)).reschedule(session) == 0
    assert courses.booked("usr_1") == {}


def test_only_who_holds_a_seat_is_moved(service: EnrollmentService, courses: Courses, table: Table) -> None:
    store = RosterRepository(table)
    session = courses.add(1, slot=at(0))
    service.enroll("usr_1", session)
    for learner in ("usr_2", "usr_3"):
        service.join_waitlist(learner, session)
    service.leave_waitlist("usr_3", session)
    assert store.seat_holders(session, "", 10) == (["usr_1"], None)
    # a schedule that is gone has no time to move
    table.batch_delete([keys.schedule("usr_1")])
    assert not store.move_slot("usr_1", Slot(session, *at(3)), str(uuid4()))


def test_a_schedule_that_another_booking_changed_is_told_by_the_refusal(
    wired: EnrollmentService, wire: Wire, service: EnrollmentService, courses: Courses
) -> None:
    """And not read again."""
    one, other = courses.add(1, slot=at(0)), courses.add(1, slot=at(2))
    wire.before("TransactWriteItems", lambda: service.enroll("usr_1", one))
    wired.enroll("usr_1", other)
    assert wire.calls == ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"]
    assert set(courses.booked("usr_1")) == {one, other}


def test_a_session_moved_twice_ends_at_its_last_time(
    service: EnrollmentService, courses: Courses, table: Table
) -> None:
    session = courses.add(6, slot=at(0))
    service.enroll("usr_1", session)

    class Late(RosterRepository):
        def move_slot(self, learner_id: str, slot: Slot, token: str) -> bool:
            if slot == Slot(session, *at(3)):
                move(courses, table, session, at(4))
            return super().move_slot(learner_id, slot, token)

    move(courses, table, session, at(3))
    ReschedulingService(Late(table)).reschedule(session)
    assert courses.booked("usr_1") == {session: Slot(session, *at(4))}


def test_an_index_that_lags_has_the_record_delivered_again(
    service: EnrollmentService, courses: Courses, table: Table
) -> None:
    session = courses.add(6, slot=at(0))
    service.enroll("usr_1", session)

    class Lagging(RosterRepository):
        def seat_holders(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]:
            found, following = super().seat_holders(course_id, place, limit)
            return found[1:], following

    move(courses, table, session, at(3))
    with pytest.raises(TemporarilyUnavailable):
        ReschedulingService(Lagging(table)).reschedule(session)


def test_an_index_that_shows_who_left_for_who_came_has_the_record_delivered_again(
    service: EnrollmentService, courses: Courses, table: Table
) -> None:
    """As many as there are, and not those who are there: the one who came would keep the old time for good."""
    session = courses.add(6, slot=at(0))
    service.enroll("usr_1", session)
    service.withdraw("usr_1", session)
    service.enroll("usr_2", session)

    class Lagging(RosterRepository):
        def seat_holders(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]:
            return ["usr_1"], None

    move(courses, table, session, at(3))
    with pytest.raises(TemporarilyUnavailable):
        ReschedulingService(Lagging(table)).reschedule(session)


def test_records_of_moves_doubled_and_reordered(
    service: EnrollmentService,
    courses: Courses,
    table: Table,
    stream_records: Callable[[], Records],
    deliver: Callable[[str, Records], dict[str, object]],
) -> None:
    session = courses.add(6, slot=at(0))
    service.enroll("usr_1", session)
    for hours in (3, 4, 5):
        move(courses, table, session, at(hours))
    records = stream_records()
    assert deliver("follow_up", [*reversed(records), *records]) == {"batchItemFailures": []}
    assert courses.booked("usr_1") == {session: Slot(session, *at(5))}
