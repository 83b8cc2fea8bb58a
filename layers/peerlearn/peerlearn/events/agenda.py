"""Changes after which agendas follow: of one learner of a course, or of all of them."""

from __future__ import annotations

from peerlearn.domain.assessments import course_of_assessment
from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, LastChange
from peerlearn.persistence.items.own_records import OwnKind

_OF_LEARNER = {
    Entity.ENROLLMENT: {LastChange.BOOKED},
    Entity.SUBMISSION: {LastChange.HANDED_IN, LastChange.GRADED},
}
_OF_COURSE = ("assessmentCount", "startsAt", "endsAt", "kind", "tutorId")


def learner_affected(change: RecordChange) -> tuple[str, str] | None:
    """Return (course, learner) where a seat was taken or given up, work handed in or graded, or more time given."""
    item = change.new
    if item is None:
        return None
    if change.entity == OwnKind.EXTENSION:
        course_id = course_of_assessment(item["assessmentId"])
        return (course_id, item["userId"]) if course_id is not None else None
    if item.get(LAST_CHANGE) in _OF_LEARNER.get(Entity(str(change.entity)), ()):
        return item["courseId"], item["learnerId"]
    return None


def learners_affected(change: RecordChange) -> str | None:
    """Return the course where an assessment was set, changed or taken away, or a session moved."""
    item = change.new
    if item is None:
        return None
    if change.entity == Entity.ASSESSMENT or (change.entity == Entity.COURSE and change.differs(*_OF_COURSE)):
        course_id: str = item["courseId"]
        return course_id
    return None
