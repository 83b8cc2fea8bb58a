"""The roster of a course."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.rosters import RosterEntry
from peerlearn.domain.users import NAME_MAX_LENGTH
from peerlearn.http.models import Moment, ResponseModel

NameWords = Annotated[str, StringConstraints(max_length=NAME_MAX_LENGTH)]


class LearnerView(ResponseModel):
    user_id: str
    name: str


class RosterEntryView(ResponseModel):
    """An enrolment as the course's tutor sees it, over the modules and assessments that the course has at present."""

    enrollment_id: str
    learner_id: str
    learner: LearnerView
    course_id: str
    status: EnrollmentStatus
    enrolled_at: Moment
    updated_at: Moment
    completed_modules: int
    total_modules: int
    points: int
    last_accessed: Moment | None
    submitted: int
    missing: int

    @classmethod
    def of(cls, entry: RosterEntry) -> RosterEntryView:
        enrollment = entry.enrollment
        return cls(
            enrollment_id=enrollment.enrollment_id,
            learner_id=enrollment.learner_id,
            learner=LearnerView(user_id=enrollment.learner_id, name=entry.learner_name),
            course_id=enrollment.course_id,
            status=enrollment.status,
            enrolled_at=enrollment.enrolled_at,
            updated_at=enrollment.updated_at,
            completed_modules=entry.completed_modules,
            total_modules=entry.total_modules,
            points=enrollment.points,
            last_accessed=enrollment.last_accessed,
            submitted=entry.submitted,
            missing=entry.missing,
        )


class RosterData(ResponseModel):
    enrollments: list[RosterEntryView]
