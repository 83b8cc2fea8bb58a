"""Courses whose seats are in shards, and learners of each shard."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.shards import shard_of
from peerlearn.services.enrollments import EnrollmentService
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
