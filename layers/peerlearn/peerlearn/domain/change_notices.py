"""Changes of bookable sessions that those who hold a seat are told of by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.courses import Course, CourseStatus, Kind

_CLOSED, _MOVED = "closed", "moved"


@dataclass(frozen=True, slots=True)
class SessionChange:
    """A session that was given another time, or that was closed before it began.

    Attributes
    ----------
    version: int
        The course's, after the change.
    starts_at, ends_at: datetime
        Its times after the change.
    """

    course_id: str
    version: int
    is_closed: bool
    starts_at: datetime
    ends_at: datetime

    def is_still_so(self, course: Course) -> bool:
        """Return whether nothing has changed the same again: a later change is told of by itself."""
        times = (course.starts_at, course.ends_at)
        return times == (self.starts_at, self.ends_at) and (course.status is CourseStatus.CLOSED or not self.is_closed)

    @property
    def subject(self) -> str:
        """Return the change as a job's subject."""
        what = _CLOSED if self.is_closed else _MOVED
        times = to_rfc3339(self.starts_at), to_rfc3339(self.ends_at)
        return "/".join((self.course_id, str(self.version), what, *times))

    @classmethod
    def of(cls, subject: str) -> SessionChange:
        """Return the change of a job's subject."""
        course_id, version, what, starts_at, ends_at = subject.split("/")
        return cls(course_id, int(version), what == _CLOSED, from_rfc3339(starts_at), from_rfc3339(ends_at))


def session_change(before: Course, after: Course, at: datetime) -> SessionChange | None:
    """Return the change that learners are told of, or None.

    A session that had begun, and has begun by its new time too, is changed for the record alone.

    Parameters
    ----------
    at: datetime
        The moment of the change.
    """
    if after.kind is not Kind.SESSION or before.starts_at is None or after.starts_at is None or after.ends_at is None:
        return None
    is_to_come = at < max(before.starts_at, after.starts_at)
    is_closed = before.status is CourseStatus.PUBLISHED and after.status is CourseStatus.CLOSED
    is_moved = (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at)
    if not is_to_come or not (is_closed or is_moved):
        return None
    return SessionChange(after.course_id, after.version, is_closed, after.starts_at, after.ends_at)
