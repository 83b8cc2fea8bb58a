"""Changes of a course's items that call for work: a free seat to give away, booked times to move."""

from __future__ import annotations

from peerlearn.domain.courses import Kind
from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.courses import seats_of


def course_with_freed_seat(change: RecordChange) -> str | None:
    """Return the course, if a seat was free after this change of its seats and somebody waited for one.

    A seat comes free by a drop, a larger capacity, or a course that opens again. Whether it still is, and whose it is,
    is for the promotion to find out: records may be late, doubled or reordered.
    """
    if change.entity != Entity.SEATS or change.new is None:
        return None
    seats = seats_of(change.new)
    return None if seats.is_full or seats.waitlist_length == 0 else seats.course_id


def moved_session(change: RecordChange) -> str | None:
    """Return the bookable session, if this change of its course gave it another time.

    The course's own item tells, not its seats: those change with every booking, and each change would call a function.
    """
    is_move = change.entity == Entity.COURSE and change.differs("startsAt", "endsAt")
    if not is_move or change.new is None or change.new["kind"] != Kind.SESSION:
        return None
    course_id: str = change.new["courseId"]
    return course_id
