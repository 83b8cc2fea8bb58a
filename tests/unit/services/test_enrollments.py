"""How often a use case decides: again on what it found instead, and not for ever."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from peerlearn.domain.bookings import BookingChange, Situation
from peerlearn.domain.courses import CourseStatus, Kind, Seats
from peerlearn.domain.enrollments import EnrollmentStatus, Slot, Waiter
from peerlearn.domain.errors import EnrollmentDenied, TemporarilyUnavailable
from peerlearn.domain.retrying import Collision
from peerlearn.domain.standing import Admission
from peerlearn.services import enrollments, promotion, rescheduling
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.promotion import PromotionService
from peerlearn.services.rescheduling import ReschedulingService
from tests.fakes.clock import START, FakeClock

COURSE = Seats("crs_1", 5, 0, 1, 0, 0, CourseStatus.PUBLISHED, Kind.COURSE, None, None)


@dataclass
class FakeStore:
    """Answers with what it is told to, and keeps what it was asked to write."""

    now: Situation = field(default_factory=lambda: Situation("usr_1", "crs_1", None, None, COURSE))
    collisions: list[Situation | None] = field(default_factory=list)
    collides_always: bool = False
    line: list[Waiter] = field(default_factory=list)
    written: list[BookingChange] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    readings: int = 0

    def known_shards(self, course_id: str) -> int:
        return 1

    def session_to_wait_for(self, learner_id: str, course_id: str) -> Situation:
        return replace(self.now, status=None, is_presumed=True)

    def situation(self, learner_id: str, course_id: str) -> Situation:
        self.readings += 1
        return self.now

    def apply(self, change: BookingChange, token: str, admission: Admission | None = None) -> None:
        self.tokens.append(token)
        if self.collides_always:
            raise Collision(None)
        if self.collisions:
            raise Collision(self.collisions.pop(0))
        self.written.append(change)

    def position(self, course_id: str, learner_id: str, waiting_since: str) -> int:
        return 4

    def head(self, course_id: str) -> Waiter | None:
        return self.line[0] if self.line else None


def service(store: FakeStore) -> EnrollmentService:
    return EnrollmentService(store, FakeClock())  # type: ignore[arg-type]  # no tutor asks here


def test_a_course_is_booked_without_reading() -> None:
    store = FakeStore()
    service(store).enroll("usr_1", "crs_1")
    assert (store.readings, len(store.written)) == (0, 1)


def test_item_found_instead_decides_the_next_try() -> None:
    found = Situation("usr_1", "crs_1", EnrollmentStatus.DROPPED, None, COURSE)
    store = FakeStore(collisions=[replace(found, seats=replace(COURSE, waitlist_length=0))])
    service(store).enroll("usr_1", "crs_1")
    assert store.written[0].before is EnrollmentStatus.DROPPED
    assert store.readings == 0
    assert len(set(store.tokens)) == 2, "another transaction needs another token"


def test_unknown_item_is_read() -> None:
    store = FakeStore(now=Situation("usr_1", "crs_1", EnrollmentStatus.WAITLISTED, "then", COURSE), collisions=[None])
    with pytest.raises(EnrollmentDenied) as denied:
        service(store).enroll("usr_1", "crs_1")
    assert denied.value.details == {"reason": "ALREADY_WAITLISTED", "position": 4}
    assert store.readings == 1


def test_course_that_was_just_full_is_read_before_it_is_booked() -> None:
    full = replace(COURSE, capacity=1, taken=1, waitlist_length=0)
    store = FakeStore(now=replace(FakeStore().now, seats=full), collisions=[replace(FakeStore().now, seats=full)])
    booking = service(store)
    for _ in range(3):
        with pytest.raises(EnrollmentDenied) as denied:
            booking.enroll("usr_1", "crs_1")
        assert denied.value.details["reason"] == "COURSE_FULL"
    assert (len(store.tokens), store.readings) == (1, 2), "only the first refusal takes a transaction"
    # a seat that is free again is found by the read, and booked
    store.now = replace(store.now, seats=replace(full, taken=0))
    booking.enroll("usr_1", "crs_1")
    assert len(store.written) == 1


def test_no_other_refusal_is_taken_for_a_full_course() -> None:
    enrolled = Situation("usr_1", "crs_1", EnrollmentStatus.ACTIVE, None, COURSE)
    store = FakeStore(now=enrolled, collisions=[enrolled])
    booking = service(store)
    for _ in range(2):
        with pytest.raises(EnrollmentDenied):
            booking.enroll("usr_1", "crs_1")
        store.collisions = [enrolled]
    assert (len(store.tokens), store.readings) == (2, 0)


def test_full_course_is_forgotten_after_some_seconds() -> None:
    seconds = [0.0]
    full = enrollments.LatelyFull(lambda: seconds[0])
    full.note("crs_1")
    assert (full.names("crs_1"), full.names("crs_2")) == (True, False)
    seconds[0] = 4.9
    assert full.names("crs_1")
    seconds[0] = 5.0
    assert not full.names("crs_1")


def test_presumed_state_refuses_nobody_a_place_in_line() -> None:
    """A session's line is joined without a look at the learner's own enrolment; a refusal takes one."""
    free = replace(COURSE, kind=Kind.SESSION, capacity=None, waitlist_length=0)
    waiting = Situation("usr_1", "ssn_1", EnrollmentStatus.WAITLISTED, "then", free)
    store = FakeStore(now=waiting)
    with pytest.raises(EnrollmentDenied) as denied:
        service(store).join_waitlist("usr_1", "ssn_1")
    assert denied.value.details["reason"] == "ALREADY_WAITLISTED"
    assert store.readings == 1


def test_a_course_that_never_stands_still_is_a_503() -> None:
    store = FakeStore(now=replace(FakeStore().now, seats=replace(COURSE, waitlist_length=0)), collides_always=True)
    with pytest.raises(TemporarilyUnavailable):
        service(store).enroll("usr_1", "crs_1")
    assert len(store.tokens) == enrollments.TRIES_MAX


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_promotion_that_only_collides_gives_the_record_back(*, is_gone: bool) -> None:
    status = EnrollmentStatus.DROPPED if is_gone else EnrollmentStatus.WAITLISTED
    store = FakeStore(
        now=Situation("usr_1", "crs_1", status, "then", COURSE), line=[Waiter("usr_1", "then")], collides_always=True
    )
    with pytest.raises(TemporarilyUnavailable):
        PromotionService(store, FakeClock()).promote("crs_1")
    assert store.written == []
    assert len(store.tokens) == (0 if is_gone else promotion.TRIES_MAX)


def test_learner_who_joined_again_is_not_promoted_for_the_place_they_left() -> None:
    store = FakeStore(
        now=Situation("usr_1", "crs_1", EnrollmentStatus.WAITLISTED, "later", COURSE), line=[Waiter("usr_1", "then")]
    )
    with pytest.raises(TemporarilyUnavailable):
        PromotionService(store, FakeClock()).promote("crs_1")
    assert store.written == []


class MovingSession:
    """A session whose time is another one whenever it is looked at."""

    def __init__(self) -> None:
        self.moves = 0

    def seats(self, course_id: str) -> Seats:
        self.moves += 1
        starts_at = START + timedelta(hours=self.moves)
        return replace(COURSE, kind=Kind.SESSION, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))

    def seat_holders(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]:
        return [], None

    def waiters(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]:
        return [], None

    def with_seat(self, course_id: str, learner_ids: object) -> list[str]:
        return []

    def without_slot(self, learner_ids: object, slot: Slot) -> list[str]:
        return []

    def move_slot(self, learner_id: str, slot: Slot, token: str) -> bool:
        return True


def test_a_session_that_keeps_moving_gives_the_record_back() -> None:
    store = MovingSession()
    with pytest.raises(TemporarilyUnavailable):
        ReschedulingService(store).reschedule("ssn_1")
    assert store.moves == 2 * rescheduling.TRIES_MAX
