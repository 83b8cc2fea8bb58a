"""The assessments of a course as one learner has them, and how the work at them stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from peerlearn.domain.access import may_teach
from peerlearn.domain.agenda import Statistics, Tally
from peerlearn.domain.courses import CoursePage
from peerlearn.domain.coursework import GradedWork, OwnWork, WorkCounts
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.submissions import Submission
from peerlearn.domain.users import Principal


class Coursework(Protocol):
    """The store of this use case; see `peerlearn.persistence.coursework`."""

    def of_learner(
        self, learner_id: str, course_id: str, assessment_ids: Sequence[str]
    ) -> tuple[Enrollment | None, Mapping[str, Submission]]: ...
    def tallies(self, course_id: str) -> Mapping[str, Tally]: ...
    def graded(self, reader_id: str, assessment_id: str) -> GradedWork: ...


class CourseworkService:
    """Tells the members of a course how far they are, and its tutor how all of them are."""

    def __init__(self, coursework: Coursework) -> None:
        self._coursework = coursework

    def own(self, viewer: Principal | None, page: CoursePage) -> Mapping[str, OwnWork]:
        """Return the viewer's state at each assessment of the course; empty where they are no member."""
        ids = [one.assessment_id for one in page.assessments]
        if viewer is None or not ids or may_teach(viewer, page.course):
            return {}
        enrollment, submissions = self._coursework.of_learner(viewer.user_id, page.course.course_id, ids)
        if enrollment is None or not enrollment.status.holds_seat:
            return {}
        return {one: OwnWork.of(submissions.get(one)) for one in ids}

    def counts(self, viewer: Principal | None, page: CoursePage) -> Mapping[str, WorkCounts]:
        """Return how the work at each assessment stands, for the course's teacher; empty for anybody else."""
        if not page.assessments or not may_teach(viewer, page.course):
            return {}
        tallies = self._coursework.tallies(page.course.course_id)
        ids = [one.assessment_id for one in page.assessments]
        return {one: WorkCounts.of(tallies.get(one), page.seats.taken) for one in ids}

    def statistics(self, reader: Principal, assessment_id: str) -> Statistics:
        """Return mean, median and distribution of an assessment's grades.

        Raises
        ------
        AssessmentNotFound
        NotEnrolled
            The reader is neither a member, nor the tutor, nor an administrator.
        Forbidden
            A member asks, and there are fewer than five grades.
        """
        return self._coursework.graded(reader.user_id, assessment_id).statistics_for(reader)
