"""Work at a course's assessments: how far one member is with it, and how it stands over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from peerlearn.domain.access import may_teach, require_reader, require_shown
from peerlearn.domain.agenda import Statistics, Tally
from peerlearn.domain.assessments import Assessment
from peerlearn.domain.courses import Course
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.errors import Forbidden
from peerlearn.domain.grades import Grade
from peerlearn.domain.submissions import Submission
from peerlearn.domain.users import Principal


class WorkState(StrEnum):
    """How far a learner is with an assessment."""

    NONE = "none"
    SUBMITTED = "submitted"
    LATE = "late"
    GRADED = "graded"


# With fewer grades, each of them could be guessed by the members.
SHOWN_GRADES_MIN = 5


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """How the work at an assessment stands over the members of the course: handed in, to grade, and not handed in."""

    submitted: int
    ungraded: int
    missing: int

    @classmethod
    def of(cls, tally: Tally | None, members: int) -> WorkCounts:
        """Return the counts by the tally; None where nobody has handed in anything."""
        if tally is None:
            return cls(0, 0, members)
        return cls(tally.submitted, tally.ungraded, max(0, members - tally.submitted))


@dataclass(frozen=True, slots=True)
class GradedWork:
    """An assessment with its tally, as one reader finds it."""

    course: Course | None
    assessment: Assessment | None
    enrollment: Enrollment | None
    tally: Tally

    def statistics_for(self, reader: Principal) -> Statistics:
        """Return the statistics of the grades.

        Raises
        ------
        AssessmentNotFound
        NotEnrolled
            The reader is neither a member, nor the tutor, nor an administrator.
        Forbidden
            A member asks, and there are fewer than five grades.
        """
        course, assessment = require_shown(reader, self.course, self.assessment)
        require_reader(reader, course, self.enrollment)
        if not may_teach(reader, course) and self.tally.graded < SHOWN_GRADES_MIN:
            raise Forbidden(f"Statistics are shown to members from {SHOWN_GRADES_MIN} grades on.")
        return self.tally.statistics(assessment.max_grade)


@dataclass(frozen=True, slots=True)
class OwnWork:
    """The caller's own state at an assessment, and the grade once there is one."""

    state: WorkState
    grade: Grade | None = None

    @classmethod
    def of(cls, latest: Submission | None) -> OwnWork:
        """Return the state by the latest attempt; None where nothing was handed in."""
        if latest is None:
            return cls(WorkState.NONE)
        if latest.grade is not None:
            return cls(WorkState.GRADED, latest.grade)
        return cls(WorkState.LATE if latest.late else WorkState.SUBMITTED)
