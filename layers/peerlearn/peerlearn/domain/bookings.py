"""Taking places in courses and giving them up: the situations, the decisions and their changes.

A use case looks at a `Situation` and decides on a `BookingChange`, or refuses. The store carries a change out as one
transaction whose conditions are the situation it was decided on; where that no longer holds it raises `Collision` with
what it found instead, and the use case decides again.

The reasons of a refusal, in their order: the learner's present place, whether the course is open, whether it has a
seat, whether the learner has the time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import CourseStatus, Kind, Seats, Shard
from peerlearn.domain.enrollments import DenialReason, Enrollment, EnrollmentStatus, Schedule, Slot
from peerlearn.domain.errors import Conflict, CourseNotFound, EnrollmentDenied, NotEnrolled
from peerlearn.domain.shards import shard_of


@dataclass(frozen=True, slots=True)
class Situation:
    """A learner and a course at one moment.

    `seats` None: there is no such course. `schedule` None: not looked at, which only booking a session needs.
    `seat_shard` is the shard in which the learner's seat is counted, if they have one. `is_presumed`: not all of it was
    read, so a refusal must not be decided on it.
    """

    learner_id: str
    course_id: str
    status: EnrollmentStatus | None
    waiting_since: str | None
    seats: Seats | None
    schedule: Schedule | None = None
    seat_shard: int = 0
    is_presumed: bool = False

    @classmethod
    def presumed(cls, learner_id: str, course_id: str, status: EnrollmentStatus | None, shards: int = 1) -> Situation:
        """Return what is most likely, unread: the learner at `status`, the course open, of the kind its id hints at.

        A seat is free in every shard, and one that the learner has is in their own. The conditions of the change that
        is decided on this find out whether it is so.
        """
        seats = Seats(
            course_id=course_id,
            capacity=None,
            taken=0,
            waitlist_length=0,
            completed=0,
            dropped=0,
            status=CourseStatus.PUBLISHED,
            kind=Kind.hinted_by(course_id),
            starts_at=None,
            ends_at=None,
        )
        return cls(learner_id, course_id, status, None, seats).presuming_shards(shards)

    @classmethod
    def presumed_full(cls, learner_id: str, course_id: str, shards: int) -> Situation:
        """Return what is most likely of a learner who joins a line, unread: new to a course whose seats are taken."""
        presumed = cls.presumed(learner_id, course_id, None)
        seats = full_seats(presumed.seats, shards) if presumed.seats else None
        return replace(presumed, seats=seats, is_presumed=True)

    def presuming_shards(self, shards: int) -> Situation:
        """This situation where the seats turn out to be in that many shards, of which nothing else is known."""
        if shards == 1 or self.seats is None:
            return self
        seats = replace(self.seats, capacity=None, taken=0, shards=(Shard(),) * shards)
        own = shard_of(self.learner_id, shards) if _holds_seat(self.status) else 0
        return replace(self, seats=seats, seat_shard=own)

    @property
    def lacks_schedule(self) -> bool:
        """Return whether the learner's schedule has a say and was not looked at."""
        return self.schedule is None and self.seats is not None and self.seats.kind is Kind.SESSION

    @property
    def slot(self) -> Slot | None:
        """The time that the course takes; None unless it is a session."""
        seats = self.seats
        if seats is None or seats.kind is not Kind.SESSION or seats.starts_at is None or seats.ends_at is None:
            return None
        return Slot(self.course_id, seats.starts_at, seats.ends_at)


class Gate(Enum):
    """The condition of the seats that a change needs."""

    SEAT = auto()  # open, a seat is free, nobody waits for it
    SEAT_OF_HEAD = auto()  # open, a seat is free: for the head of the waitlist
    PLACE_IN_LINE = auto()  # open, and no seat that could be taken at once
    EXIT = auto()  # nothing: one may always give up a place


@dataclass(frozen=True, slots=True)
class BookingChange:
    """An enrolment goes from the situation's status to another, and the seats are counted accordingly.

    `waiting_since` is the place in the waitlist that is taken or left; `slot` and `schedule` are the time that is
    booked with it, and the learner's schedule once it is. `shard` is where the seat is taken or given up.
    """

    situation: Situation
    after: EnrollmentStatus
    gate: Gate
    at: datetime
    waiting_since: str | None = None
    slot: Slot | None = None
    schedule: Schedule | None = None
    shard: int = 0

    @property
    def before(self) -> EnrollmentStatus | None:
        return self.situation.status

    @property
    def kind(self) -> Kind:
        return Kind.hinted_by(self.situation.course_id) if self.situation.seats is None else self.situation.seats.kind

    @property
    def seats_taken(self) -> int:
        """By how much each counter moves: 1, 0 or -1."""
        return _holds_seat(self.after) - _holds_seat(self.before)

    @property
    def waiting(self) -> int:
        return self._moves(EnrollmentStatus.WAITLISTED)

    @property
    def dropped(self) -> int:
        return self._moves(EnrollmentStatus.DROPPED)

    @property
    def shards(self) -> int:
        seats = self.situation.seats
        return max(1, len(seats.shards)) if seats else 1

    @property
    def turns_line(self) -> bool:
        """Return whether a line opens or closes with this change, which every shard has to know."""
        seats = self.situation.seats
        if seats is None or not seats.shards:
            return False
        return seats.waitlist_length == (0 if self.waiting > 0 else 1) and self.waiting != 0

    @property
    def frees_slot(self) -> bool:
        return self.kind is Kind.SESSION and self.seats_taken < 0

    @property
    def enrollment(self) -> Enrollment:
        """The enrolment that begins with this change, as its learner is told of it."""
        situation = self.situation
        return Enrollment(
            situation.learner_id, situation.course_id, self.after, enrolled_at=self.at, updated_at=self.at
        )

    def _moves(self, status: EnrollmentStatus) -> int:
        return (self.after is status) - (self.before is status)


def full_seats(seats: Seats, shards: int) -> Seats:
    """Return the seats as those of a course that is full, with a line that is open."""
    parts = (Shard(0),) * shards if shards > 1 else ()
    return replace(seats, capacity=0, taken=0, waitlist_length=max(1, seats.waitlist_length), shards=parts)


def book(situation: Situation, now: datetime) -> BookingChange:
    """A seat, for a learner who is neither enrolled nor waiting.

    Raises
    ------
    CourseNotFound, EnrollmentDenied
    """
    seats = _open_seats(situation, now)
    if seats.is_full or seats.waitlist_length > 0:
        raise EnrollmentDenied(
            DenialReason.COURSE_FULL,
            "Every seat is taken. You can join the waitlist.",
            waitlistLength=seats.waitlist_length,
        )
    return _taking_seat(situation, Gate.SEAT, now)


def withdraw(situation: Situation, now: datetime) -> BookingChange:
    """Give up a seat.

    Raises
    ------
    CourseNotFound
    NotEnrolled
        There is no seat to give up: never had one, dropped already, or only waiting.
    Conflict
        The course is completed.
    """
    if situation.seats is None:
        raise CourseNotFound
    if situation.status is EnrollmentStatus.COMPLETED:
        raise Conflict("You have completed this course: there is nothing to drop.")
    if situation.status is not EnrollmentStatus.ACTIVE:
        raise NotEnrolled
    return BookingChange(situation, EnrollmentStatus.DROPPED, Gate.EXIT, now, shard=situation.seat_shard)


def join_line(situation: Situation, now: datetime) -> BookingChange:
    """A place in the waitlist, at the moment `now`.

    Raises
    ------
    CourseNotFound, EnrollmentDenied
    Conflict
        A seat is free for anyone.
    """
    seats = _open_seats(situation, now)
    if not seats.is_full and seats.waitlist_length == 0:
        raise Conflict("Seats are free: enroll instead of waiting.")
    _require_free_time(situation)
    return BookingChange(situation, EnrollmentStatus.WAITLISTED, Gate.PLACE_IN_LINE, now, waiting_since=to_rfc3339(now))


def leave_line(situation: Situation, now: datetime) -> BookingChange:
    """Give up a place in the waitlist.

    Raises
    ------
    CourseNotFound, NotEnrolled
    """
    if situation.seats is None:
        raise CourseNotFound
    if situation.status is not EnrollmentStatus.WAITLISTED:
        raise NotEnrolled("You are not on the waitlist of this course.")
    return BookingChange(situation, EnrollmentStatus.DROPPED, Gate.EXIT, now, waiting_since=situation.waiting_since)


def promote(situation: Situation, now: datetime) -> BookingChange | None:
    """The freed seat, for the head of the waitlist; None when there is none to give.

    A learner who has meanwhile booked another session at that time is released, so that the next can have the seat.
    """
    seats = situation.seats
    if seats is None or seats.is_full or not seats.is_open(now):
        return None
    if _conflict(situation) is not None:
        return leave_line(situation, now)
    return _taking_seat(situation, Gate.SEAT_OF_HEAD, now)


def _open_seats(situation: Situation, now: datetime) -> Seats:
    if situation.status is EnrollmentStatus.WAITLISTED:
        raise EnrollmentDenied(DenialReason.ALREADY_WAITLISTED, "You are on the waitlist of this course already.")
    if situation.status is not None and situation.status.holds_seat:
        raise EnrollmentDenied(DenialReason.ALREADY_ENROLLED, "You are enrolled in this course already.")
    if situation.seats is None:
        raise CourseNotFound
    if not situation.seats.is_open(now):
        raise EnrollmentDenied(DenialReason.NOT_OPEN, "This course does not take enrollments at present.")
    return situation.seats


def _taking_seat(situation: Situation, gate: Gate, now: datetime) -> BookingChange:
    _require_free_time(situation)
    slot, schedule = situation.slot, situation.schedule
    return BookingChange(
        situation,
        EnrollmentStatus.ACTIVE,
        gate,
        now,
        waiting_since=situation.waiting_since,
        slot=slot,
        schedule=schedule.with_slot(slot, now) if slot and schedule else None,
        shard=situation.seats.shard_for(situation.learner_id) if situation.seats else 0,
    )


def _require_free_time(situation: Situation) -> None:
    booked = _conflict(situation)
    if booked is not None:
        raise EnrollmentDenied(
            DenialReason.SCHEDULE_CONFLICT,
            "You have booked another session at that time.",
            courseId=booked.course_id,
            startsAt=to_rfc3339(booked.starts_at),
            endsAt=to_rfc3339(booked.ends_at),
        )


def _conflict(situation: Situation) -> Slot | None:
    slot, schedule = situation.slot, situation.schedule
    return schedule.conflict_with(slot) if slot and schedule else None


def _holds_seat(status: EnrollmentStatus | None) -> bool:
    return status is not None and status.holds_seat
