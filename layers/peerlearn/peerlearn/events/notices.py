"""Changes that people are told of by mail.

Enrollment   waitlisted -> active                              ->  enrollment.promoted
Submission   a grade, or another grade                         ->  submission.graded
Course       another time, or closed before the session begins ->  session.changed, to each who holds a seat
"""

from __future__ import annotations

from peerlearn.domain.change_notices import SessionChange, session_change
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.courses import course_of


def seat_given(change: RecordChange) -> tuple[str, str, str] | None:
    """Return (course, learner, moment) where the first in line was given a seat."""
    item = change.new
    if change.entity != Entity.ENROLLMENT or item is None or change.old is None:
        return None
    was_waiting = change.old["status"] == EnrollmentStatus.WAITLISTED
    if not was_waiting or not change.became("status", EnrollmentStatus.ACTIVE):
        return None
    return item["courseId"], item["learnerId"], item["updatedAt"]


def grade_given(change: RecordChange) -> tuple[str, str, str] | None:
    """Return (assessment, learner, revision) where work was given a grade, or another one."""
    item = change.new
    if change.entity != Entity.SUBMISSION or item is None or item.get("grade") is None:
        return None
    if (change.old or {}).get("grade") == item["grade"]:
        return None
    return item["assessmentId"], item["learnerId"], str(item["revision"])


def session_changed(change: RecordChange) -> SessionChange | None:
    """Return the change of a session that its learners are told of."""
    if change.entity != Entity.COURSE or change.old is None or change.new is None:
        return None
    if not change.differs("startsAt", "endsAt", "status"):
        return None
    return session_change(course_of(change.old), course_of(change.new), change.at)
