"""Courses and bookable sessions: what they are made of and what state allows what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peerlearn.domain.assessments import Assessment

TITLE_MAX_LENGTH = 120
DESCRIPTION_MAX_LENGTH = 5000
SUBJECT_MAX_LENGTH = 60
MODULES_MAX = 200
MODULE_MINUTES_MAX = 10_000
ASSESSMENTS_MAX = 50
CAPACITY_MAX = 1_000_000


class Level(StrEnum):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class Kind(StrEnum):
    """A course is taken at one's own pace; a session takes place at a time."""

    COURSE = "course"
    SESSION = "session"

    @property
    def id_prefix(self) -> str:
        """A course id says what kind it was made as: a hint that saves a read, never an authority."""
        return "ssn" if self is Kind.SESSION else "crs"

    @classmethod
    def hinted_by(cls, course_id: str) -> Kind:
        return cls.SESSION if course_id.startswith(f"{cls.SESSION.id_prefix}_") else cls.COURSE


class CourseStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Module:
    """A unit of a course; `minutes` is its expected length."""

    module_id: str
    title: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Tutor:
    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Seats:
    """The seat lock of a course, kept apart from everything that a booking does not change.

    `taken` counts active and completed enrolments. `capacity` None means no limit, 0 means no seat. `status`, `kind`
    and the times are the course's own, repeated here so that one condition can decide a booking.
    """

    course_id: str
    capacity: int | None
    taken: int
    waitlist_length: int
    completed: int
    dropped: int
    status: CourseStatus
    kind: Kind
    starts_at: datetime | None
    ends_at: datetime | None

    @property
    def available(self) -> int | None:
        """Seats that anyone can take now; None without a limit."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.taken >= self.capacity

    def is_open(self, now: datetime) -> bool:
        """Whether anyone may book or wait: published, and not over."""
        return self.status is CourseStatus.PUBLISHED and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Course:
    """What a course says of itself, without its modules and seats. `version` counts changes by its authors."""

    course_id: str
    title: str
    description: str
    subject: str
    level: Level
    kind: Kind
    tutor: Tutor
    status: CourseStatus
    starts_at: datetime | None
    ends_at: datetime | None
    created_at: datetime
    version: int
    assessment_count: int = 0

    def is_taught_by(self, user_id: str) -> bool:
        return self.tutor.user_id == user_id


@dataclass(frozen=True, slots=True)
class CourseListing:
    """A course as a list shows it."""

    course: Course
    seats: Seats


@dataclass(frozen=True, slots=True)
class CoursePage:
    """A course as its own page shows it."""

    course: Course
    seats: Seats
    modules: Sequence[Module]
    assessments: Sequence[Assessment] = ()
