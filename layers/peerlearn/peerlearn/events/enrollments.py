"""Changes of enrolments, bookable sessions and booked times, as events for learners.

Enrollment   waitlisted -> active               ->  enrollment.promoted
Course       another time or status             ->  session.updated
Schedule     a booked time moved onto another   ->  schedule.conflicted
"""

from __future__ import annotations

from collections.abc import Iterator

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Kind
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.events import Event, EventType, event_id_of
from peerlearn.domain.pushes import PushedConflict, PushedPromotion, PushedSession
from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.enrollments import enrollment_of, schedule_of


def decode(change: RecordChange) -> Iterator[Event]:
    """Yield the events of one change; most changes have none."""
    if change.old is None or change.new is None:
        return
    if change.entity == Entity.ENROLLMENT:
        yield from _promotion(change)
    # The course's own item tells, not its seats: those change with every booking.
    if change.entity == Entity.COURSE and change.new["kind"] == Kind.SESSION:
        yield from _update(change)
    if change.entity == Entity.SCHEDULE:
        yield from _conflicts(change)


def _promotion(change: RecordChange) -> Iterator[Event]:
    was_waiting = (change.old or {}).get("status") == EnrollmentStatus.WAITLISTED
    if was_waiting and change.became("status", EnrollmentStatus.ACTIVE):
        enrollment = enrollment_of(change.new or {})
        updated_at = to_rfc3339(enrollment.updated_at)
        yield Event(
            EventType.ENROLLMENT_PROMOTED,
            event_id_of(EventType.ENROLLMENT_PROMOTED, enrollment.enrollment_id, updated_at),
            (enrollment.learner_id,),
            PushedPromotion(
                enrollmentId=enrollment.enrollment_id,
                learnerId=enrollment.learner_id,
                courseId=enrollment.course_id,
                status=enrollment.status.value,
                enrolledAt=to_rfc3339(enrollment.enrolled_at),
                updatedAt=updated_at,
            ),
            enrollment.updated_at,
        )


def _update(change: RecordChange) -> Iterator[Event]:
    item = change.new or {}
    if change.differs("startsAt", "endsAt", "status"):
        course_id: str = item["courseId"]
        yield Event(
            EventType.SESSION_UPDATED,
            event_id_of(EventType.SESSION_UPDATED, course_id, str(item["version"])),
            (),
            PushedSession(
                courseId=course_id,
                title=item["title"],
                status=item["status"],
                startsAt=item.get("startsAt"),
                endsAt=item.get("endsAt"),
            ),
            change.at,
            course_id=course_id,
        )


def _conflicts(change: RecordChange) -> Iterator[Event]:
    before, after = schedule_of(change.old), schedule_of(change.new)
    learner_id: str = (change.new or {})["userId"]
    for course_id, slot in after.slots.items():
        # A new time was booked, and a booking overlaps no other.
        was_moved = course_id in before.slots and before.slots[course_id] != slot
        booked = after.conflict_with(slot) if was_moved else None
        if booked is not None:
            starts_at, ends_at = to_rfc3339(slot.starts_at), to_rfc3339(slot.ends_at)
            yield Event(
                EventType.SCHEDULE_CONFLICTED,
                event_id_of(EventType.SCHEDULE_CONFLICTED, learner_id, course_id, str(after.version)),
                (learner_id,),
                PushedConflict(courseId=course_id, startsAt=starts_at, endsAt=ends_at, conflictsWith=booked.course_id),
                change.at,
            )
