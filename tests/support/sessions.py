"""Times of sessions, and moves of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import Course
from peerlearn.persistence import keys
from peerlearn.persistence.items.courses import course_item, course_of
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from tests.support.courses import Courses

# as the table keeps it: whole milliseconds
NOON = (utc_now() + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)
Times = tuple[datetime, datetime]


def at(hours: float, length: float = 1) -> Times:
    return NOON + hours * HOUR, NOON + (hours + length) * HOUR


def move(courses: Courses, table: Table, course_id: str, slot: Times) -> None:
    """As an author's change does: the course and its seats get the new time."""
    item = table.get(keys.course(course_id))
    assert item is not None
    course: Course = course_of(item)
    table.write(put(course_item(replace(course, starts_at=slot[0], ends_at=slot[1], version=course.version + 1))))
    courses.set_seats(replace(courses.seats(course_id), starts_at=slot[0], ends_at=slot[1]))
