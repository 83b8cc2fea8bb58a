"""Sessions that are moved while learners book and drop them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import uuid4

import pytest

from peerlearn.domain.bookings import BookingChange
from peerlearn.domain.enrollments import Slot
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.standing import Admission
from peerlearn.persistence import keys
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.rescheduling import ReschedulingService
from tests.integration.enrollments.conftest import reason
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.sessions import at, move
from tests.support.streams import Records
from tests.support.wire import Wire


@pytest.fixture
def rescheduling(table: Table) -> ReschedulingService:
    return ReschedulingService(RosterRepository(table))


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
