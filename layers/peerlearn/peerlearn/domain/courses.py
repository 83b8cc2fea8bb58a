"""Courses and bookable sessions: their parts, and the changes that each state allows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from zlib import crc32

from peerlearn.domain.assessments import Assessment
from peerlearn.domain.errors import Conflict
from peerlearn.domain.shards import shard_of

TITLE_MAX_LENGTH = 120
DESCRIPTION_MAX_LENGTH = 5000
SUBJECT_MAX_LENGTH = 60
MODULES_MAX = 200
# In a course's life, those included that were taken out: each earns points once.
MODULES_EVER_MAX = 400
MODULE_MINUTES_MAX = 10_000
ASSESSMENTS_MAX = 50
CAPACITY_MAX = 1_000_000
# One item takes some hundred bookings a second; see `docs/performance.md`.
SEATS_PER_SHARD = 1_000
# All of them are written together when a line opens: DynamoDB takes a hundred items in a transaction.
SHARDS_MAX = 32


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


class Shard(NamedTuple):
    """A part of the seats of a large course; `capacity` None means no limit."""

    capacity: int | None = None
    taken: int = 0

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.taken >= self.capacity


@dataclass(frozen=True, slots=True)
class Seats:
    """The seat lock of a course, kept apart from everything that a booking does not change.

    `taken` counts active and completed enrolments. `capacity` None means no limit, 0 means no seat. `status`, `kind`
    and the times are the course's own, repeated here so that one condition can decide a booking. `shards` are the parts
    that a large course's seats are split into, so that bookings need not wait for each other; empty for any other.
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
    shards: tuple[Shard, ...] = ()

    @property
    def available(self) -> int | None:
        """Seats that anyone can take now; None without a limit."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.taken >= self.capacity

    def is_open(self, now: datetime) -> bool:
        """Return whether anyone may book or wait: published, and not over."""
        return self.status is CourseStatus.PUBLISHED and (self.ends_at is None or now < self.ends_at)

    def can_be_booked(self, now: datetime) -> bool:
        """Return whether anyone may take a seat: one is free that nobody waits for, in a course that is open."""
        return self.is_open(now) and not self.is_full and self.waitlist_length == 0

    def shard_for(self, learner_id: str) -> int:
        """Return where a learner takes a seat: in their own shard, or where that is full in one that is not."""
        own = shard_of(learner_id, len(self.shards))
        free = [number for number, shard in enumerate(self.shards) if not shard.is_full]
        if not free or own in free:
            return own
        # Learners of one full shard go different ways.
        return free[crc32(learner_id.encode()) // len(self.shards) % len(free)]

    def resized(self, capacity: int | None, seats_per_shard: int = SEATS_PER_SHARD) -> Seats:
        """These seats with another capacity, in more shards where one item would be fought over; never in fewer.

        More seats make no shard smaller, so that they cannot be refused because of bookings that go on meanwhile.

        Raises
        ------
        Conflict
            The capacity of a course with shards is below the seats taken. Of one without, the store finds it out.
        """
        shards = self.shards or (Shard(self.capacity, self.taken),)
        count = max(len(shards), shards_for(capacity, seats_per_shard))
        if capacity == self.capacity or count == 1:
            return replace(self, capacity=capacity)
        shards += (Shard(0),) * (count - len(shards))
        if capacity is None:
            return replace(self, capacity=None, shards=tuple(shard._replace(capacity=None) for shard in shards))
        if capacity < self.taken:
            raise below_seats_taken(self.taken)
        grows = self.capacity is not None and capacity > self.capacity
        parts = split(capacity, [(shard.capacity or 0) if grows else shard.taken for shard in shards])
        resized = tuple(shard._replace(capacity=part) for shard, part in zip(shards, parts, strict=True))
        return replace(self, capacity=capacity, shards=resized)


def shards_for(capacity: int | None, seats_per_shard: int = SEATS_PER_SHARD) -> int:
    """How many shards a course of that capacity begins with; without a limit one."""
    return 1 if capacity is None else min(max(1, -(-capacity // seats_per_shard)), SHARDS_MAX)


def split(capacity: int, floors: Sequence[int]) -> list[int]:
    """`capacity` in as many parts as there are floors, none below its floor, and apart from those as even as can be.

    The floors add up to `capacity` at most.
    """
    parts = list(floors)
    # From the highest floor down: a shard above an even share of the rest keeps its part.
    left, open_parts = capacity, sorted(range(len(floors)), key=lambda number: -floors[number])
    while floors[open_parts[0]] * len(open_parts) > left:
        left -= floors[open_parts.pop(0)]
    share, rest = divmod(left, len(open_parts))
    for place, number in enumerate(open_parts):
        parts[number] = share + (place < rest)
    return parts


def below_seats_taken(taken: int) -> Conflict:
    return Conflict("The capacity cannot be below the seats taken.", details={"seatsTaken": taken})


@dataclass(frozen=True, slots=True)
class Course:
    """A course without its modules and seats.

    Attributes
    ----------
    version: int
        Counts changes by its authors.
    number: int or None
        Counts courses in the order in which they were made; None for one that was made without.
    due_dates: mapping
        Those of its assessments that have one, by the part of the assessment's id that is its own.
    """

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
    number: int | None = None
    due_dates: Mapping[str, datetime] = field(default_factory=dict)

    def next_due(self, handed_in: Collection[str], now: datetime) -> datetime | None:
        """Return the soonest due date that is to come, of an assessment that is not among those handed in."""
        coming = [due for own, due in self.due_dates.items() if due >= now and own not in handed_in]
        return min(coming, default=None)

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
    retired: Sequence[Module] = ()
