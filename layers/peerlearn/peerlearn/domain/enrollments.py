"""Enrolments: one per learner and course, for good; its status says what it is at present.

(none) --enroll--> active --last module--> completed
(none) --join waitlist--> waitlisted --promotion--> active
active --drop--> dropped        waitlisted --leave--> dropped
dropped --enroll--> active      dropped --join waitlist--> waitlisted

A learner who still waits when a session has ended is listed as dropped, though nothing is written at that moment
(`as_listed`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from peerlearn.domain.courses import Course, Module
from peerlearn.domain.ids import derived_id

# Up to here positions in a waitlist are exact.
EXACT_POSITIONS = 1_000
_ROUNDED_TO = 100


class EnrollmentStatus(StrEnum):
    ACTIVE = "active"
    COMPLETED = "completed"
    DROPPED = "dropped"
    WAITLISTED = "waitlisted"

    @property
    def holds_seat(self) -> bool:
        return self in (EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED)


class DenialReason(StrEnum):
    ALREADY_ENROLLED = "ALREADY_ENROLLED"
    COURSE_FULL = "COURSE_FULL"
    NOT_OPEN = "NOT_OPEN"
    SCHEDULE_CONFLICT = "SCHEDULE_CONFLICT"
    ALREADY_WAITLISTED = "ALREADY_WAITLISTED"


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A learner's place in a course, with their progress in it.

    `completed_modules` maps a module's id to the study minutes reported with it; modules that the course no longer has
    stay in it and do not count. `waiting_since` is set while waitlisted: the exact text in the waitlist's key.
    `seat_shard` is where the seat is counted, of a course whose seats are in shards. `handed_in` are the assessments
    that the learner has handed in, by the part of their ids that is their own.
    """

    learner_id: str
    course_id: str
    status: EnrollmentStatus
    enrolled_at: datetime
    updated_at: datetime
    waiting_since: str | None = None
    completed_modules: Mapping[str, int] = field(default_factory=dict)
    last_accessed: datetime | None = None
    points: int = 0
    seat_shard: int = 0
    handed_in: frozenset[str] = frozenset()

    @property
    def enrollment_id(self) -> str:
        return enrollment_id(self.learner_id, self.course_id)


def enrollment_id(learner_id: str, course_id: str) -> str:
    """Derived: a repeated booking names the same enrolment without reading it."""
    return derived_id("enr", learner_id, course_id)


def as_listed(enrollment: Enrollment, ends_at: datetime | None, now: datetime) -> Enrollment:
    """Return an enrolment as its learner's list shows it.

    A place in the line of a session that has ended is one that was given up. Should its tutor move the session into the
    future, it counts again.

    Parameters
    ----------
    ends_at: datetime, optional
        When the session ends; None for a course without times.
    """
    if enrollment.status is EnrollmentStatus.WAITLISTED and ends_at is not None and ends_at <= now:
        return replace(enrollment, status=EnrollmentStatus.DROPPED)
    return enrollment


@dataclass(frozen=True, slots=True)
class EnrollmentListing:
    """An enrolment as a learner's own list shows it.

    Attributes
    ----------
    course: Course or None
        None where it is gone.
    completed: sequence of str
        The modules that are done, of those that the course has at present, in its order.
    next_due_at: datetime or None
        The soonest due date to come, of an assessment that was not handed in; for members.
    position: int or None
        The place in the line, while waitlisted.
    """

    enrollment: Enrollment
    course: Course | None
    completed: Sequence[str] = ()
    next_due_at: datetime | None = None
    position: int | None = None

    @classmethod
    def of(
        cls,
        enrollment: Enrollment,
        course: Course | None,
        modules: Sequence[Module],
        position: int | None,
        now: datetime,
    ) -> EnrollmentListing:
        return cls(
            enrollment,
            course,
            [one.module_id for one in modules if one.module_id in enrollment.completed_modules],
            course.next_due(enrollment.handed_in, now) if course and enrollment.status.holds_seat else None,
            position,
        )


@dataclass(frozen=True, slots=True)
class Waiter:
    """A learner in a waitlist; `waiting_since` is the exact text in the waitlist's key."""

    learner_id: str
    waiting_since: str


def shown_position(position: int) -> int:
    """Return a position in a waitlist as its waiter is told: exact up to 1,000, then rounded up to the next hundred."""
    return max(1, position) if position <= EXACT_POSITIONS else -(-position // _ROUNDED_TO) * _ROUNDED_TO


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line of which only the first thousand were counted: when the last of these joined, and the last of all."""

    length: int
    counted_until: datetime
    last_joined: datetime

    def position_of(self, joined_at: datetime) -> int:
        """Return the shown position of somebody beyond the first thousand, as if people had joined at a steady pace."""
        uncounted = max(0, self.length - EXACT_POSITIONS)
        span = (self.last_joined - self.counted_until) or timedelta(milliseconds=1)
        share = min(1.0, max(0.0, (joined_at - self.counted_until) / span))
        return shown_position(EXACT_POSITIONS + max(1, round(uncounted * share)))


@dataclass(frozen=True, slots=True)
class PlaceInLine:
    """A place in a course's waitlist; `position` counts from 1 and is rounded beyond 1,000."""

    course_id: str
    position: int
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """A booked time."""

    course_id: str
    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: Slot) -> bool:
        """Half-open: one session may begin at the moment another ends."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Schedule:
    """All booked times of a learner; `version` is what a concurrent booking collides on."""

    version: int
    slots: Mapping[str, Slot]

    def with_slot(self, slot: Slot, now: datetime) -> Schedule:
        """This schedule with one more booked time; those that are over at `now` are forgotten, so it stays small."""
        upcoming = {course_id: booked for course_id, booked in self.slots.items() if booked.ends_at > now}
        return Schedule(self.version + 1, {**upcoming, slot.course_id: slot})

    def conflict_with(self, slot: Slot) -> Slot | None:
        """A booked time that overlaps, other than that course's own."""
        return next(
            (booked for booked in self.slots.values() if booked.course_id != slot.course_id and booked.overlaps(slot)),
            None,
        )
