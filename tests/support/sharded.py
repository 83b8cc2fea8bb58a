"""Courses whose seats are in shards, and learners of each shard."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

from peerlearn.domain.authoring import CourseDraft, ModuleDraft
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus, Kind, Level, Seats
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import DomainError, TemporarilyUnavailable
from peerlearn.domain.shards import shard_of
from peerlearn.persistence.table import Item
from peerlearn.services.enrollments import EnrollmentService
from scripts.invariants import Violation, violations
from tests.support.courses import Courses

SHARDS = 3


def learner_of(shard: int, number: int = 0, shards: int = SHARDS) -> str:
    """A learner whose own shard that is."""
    names = (f"usr_{count}" for count in itertools.count())
    return next(itertools.islice((name for name in names if shard_of(name, shards) == shard), number, None))


def persistent(call: Callable[[], Enrollment]) -> Callable[[], Enrollment]:
    """As a client does that is told 503."""

    def repeated() -> Enrollment:
        while True:
            try:
                return call()
            except TemporarilyUnavailable:
                continue

    return repeated


def full(service: EnrollmentService, courses: Courses, *, waiting: int = 0) -> tuple[str, list[str]]:
    """A course with one seat in each of its shards, all taken by learners of that shard; and who waits, in order."""
    course_id = courses.add(SHARDS, seats_per_shard=1)
    for shard in range(SHARDS):
        service.enroll(learner_of(shard), course_id)
    line = [f"usr_line_{9 - number}" for number in range(waiting)]
    for learner in line:
        service.join_waitlist(learner, course_id)
    return course_id, line


def active(courses: Courses, course_id: str) -> set[str]:
    return {item["learnerId"] for item in courses.roster(course_id, EnrollmentStatus.ACTIVE)}


SOON = (utc_now() + timedelta(days=1), utc_now() + timedelta(days=1, hours=1))
DRAFT = CourseDraft(
    "Chess endgames",
    "d",
    "Games",
    Level.BEGINNER,
    Kind.COURSE,
    12,
    (ModuleDraft("Pawns", 20),),
    status=CourseStatus.PUBLISHED,
)


def parts(seats: Seats) -> list[int | None]:
    return [shard.capacity for shard in seats.shards]


def retried(call: Callable[[], object]) -> object:
    """As a client does that is told 503; a refusal is a result like any other."""
    while True:
        try:
            return call()
        except TemporarilyUnavailable:
            continue
        except DomainError as refusal:
            return refusal


def numbered(prefix: str, count: int) -> Iterator[str]:
    return (f"usr_{prefix}_{number}" for number in range(count))


def wrong(items: list[Item]) -> list[Violation]:
    """Return the violations of a table; this one's tutors have no credentials."""
    return [violation for violation in violations(items) if violation.kind != "accounts"]
