"""Changes of courses that concern the catalogue."""

from __future__ import annotations

from peerlearn.domain.courses import CourseStatus
from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import Entity


def listing_affected(change: RecordChange) -> str | None:
    """Return the course whose catalogue entries may have to follow a change; None where none have to.

    A draft has none, and a course that was published never becomes a draft again.
    """
    item = change.new
    if item is None or item["entity"] != Entity.COURSE or item["status"] == CourseStatus.DRAFT:
        return None
    course_id: str = item["courseId"]
    return course_id
