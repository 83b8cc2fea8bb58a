"""Events of learning and grading: decoded from enrolments, submissions and the points ledger.

    Enrollment   a module more in `completedModules`   ->  module.completed, to nobody
    Enrollment   active -> completed                   ->  course.completed
    Submission   new, or with another attempt          ->  submission.received, to nobody
    Submission   with another revision                 ->  submission.graded
    Points       new                                   ->  points.awarded

"To nobody": a fact that other consumers may want and no connection is told of.
"""

from __future__ import annotations

from collections.abc import Iterator

from peerlearn.domain.clock import from_rfc3339
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.events import Event, EventType, event_id_of
from peerlearn.domain.grades import exact_grade, plain_grade
from peerlearn.domain.pushes import PushedAward, PushedCompletion, PushedGrade
from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import Entity, Item


def decode(change: RecordChange) -> Iterator[Event]:
    """Yield the events of one change; most changes have none."""
    if change.new is None:
        return
    if change.entity == Entity.ENROLLMENT:
        yield from _of_enrollment(change.old or {}, change.new)
    elif change.entity == Entity.SUBMISSION:
        yield from _of_submission(change.old or {}, change.new)
    elif change.entity == Entity.POINTS and change.old is None:
        yield _points_awarded(change.new)


def _of_enrollment(old: Item, new: Item) -> Iterator[Event]:
    learner, course = new["learnerId"], new["courseId"]
    for module in sorted(new.get("completedModules", {}).keys() - old.get("completedModules", {}).keys()):
        yield Event(
            type=EventType.MODULE_COMPLETED,
            event_id=event_id_of(EventType.MODULE_COMPLETED, learner, course, module),
            receivers=(),
            data={"courseId": course, "moduleId": module, "learnerId": learner},
            occurred_at=from_rfc3339(new["lastAccessed"]),
        )
    completed = EnrollmentStatus.COMPLETED.value
    if new["status"] == completed and old.get("status") != completed:
        yield Event(
            type=EventType.COURSE_COMPLETED,
            event_id=event_id_of(EventType.COURSE_COMPLETED, learner, course),
            receivers=(learner,),
            data=PushedCompletion(courseId=course, points=int(new["points"])),
            occurred_at=from_rfc3339(new["updatedAt"]),
        )


def _of_submission(old: Item, new: Item) -> Iterator[Event]:
    if new["attempt"] != old.get("attempt"):
        yield Event(
            type=EventType.SUBMISSION_RECEIVED,
            event_id=event_id_of(EventType.SUBMISSION_RECEIVED, new["submissionId"]),
            receivers=(),
            data={
                "submissionId": new["submissionId"],
                "assessmentId": new["assessmentId"],
                "courseId": new["courseId"],
                "attempt": int(new["attempt"]),
                "learnerId": new["learnerId"],
                "late": new["late"],
            },
            occurred_at=from_rfc3339(new["submittedAt"]),
        )
    if "gradedAt" in new and new["revision"] != old.get("revision"):
        yield Event(
            type=EventType.SUBMISSION_GRADED,
            event_id=event_id_of(EventType.SUBMISSION_GRADED, new["submissionId"], str(new["revision"])),
            receivers=(new["learnerId"],),
            # Feedback may be longer than a frame of a WebSocket: it is read with the submission.
            data=PushedGrade(
                submissionId=new["submissionId"],
                assessmentId=new["assessmentId"],
                courseId=new["courseId"],
                attempt=int(new["attempt"]),
                grade=plain_grade(exact_grade(new["grade"])),
                gradedAt=new["gradedAt"],
            ),
            occurred_at=from_rfc3339(new["gradedAt"]),
        )


def _points_awarded(new: Item) -> Event:
    learner, key = new["learnerId"], new["reference"]
    return Event(
        type=EventType.POINTS_AWARDED,
        event_id=event_id_of(EventType.POINTS_AWARDED, learner, key),
        receivers=(learner,),
        data=PushedAward(
            reason=new["reason"],
            points=int(new["points"]),
            reference=key,
            courseId=new["courseId"],
            awardedAt=new["awardedAt"],
        ),
        occurred_at=from_rfc3339(new["awardedAt"]),
    )
