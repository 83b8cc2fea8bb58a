"""Work at a course's assessments: of one learner, read with their enrolment, and over all members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peerlearn.domain.agenda import Tally
from peerlearn.domain.assessments import course_of_assessment
from peerlearn.domain.coursework import GradedWork
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.submissions import Submission
from peerlearn.persistence import keys
from peerlearn.persistence.items.agenda import tally_of
from peerlearn.persistence.items.assessments import assessment_of, submission_of
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.ranges import items_under
from peerlearn.persistence.table import Table


class CourseworkRepository:
    """Reads the latest attempts of one learner at some assessments."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_learner(
        self, learner_id: str, course_id: str, assessment_ids: Sequence[str]
    ) -> tuple[Enrollment | None, Mapping[str, Submission]]:
        """Return the learner's enrolment, and by assessment what they handed in last; all of it by one call."""
        enrollment = keys.enrollment(learner_id, course_id)
        found = self._table.batch_get([enrollment, *(keys.submission(learner_id, one) for one in assessment_ids)])
        member = found.pop(enrollment, None)
        submissions = {item["assessmentId"]: submission_of(item) for item in found.values()}
        return (enrollment_of(member) if member else None), submissions

    def tallies(self, course_id: str) -> Mapping[str, Tally]:
        """Return how the work stands at each assessment that somebody has handed in."""
        items = items_under(self._table, keys.course_partition(course_id), keys.TALLY_PREFIX, consistent=False)
        return {item["assessmentId"]: tally_of(course_id, item["assessmentId"], item) for item in items}

    def graded(self, reader_id: str, assessment_id: str) -> GradedWork:
        """Return an assessment with its tally and the reader's enrolment, by one call."""
        course_id = course_of_assessment(assessment_id)
        if course_id is None:
            return GradedWork(None, None, None, Tally(assessment_id))
        course, assessment = keys.course(course_id), keys.assessment(course_id, assessment_id)
        enrollment, tally = keys.enrollment(reader_id, course_id), keys.tally(course_id, assessment_id)
        found = self._table.batch_get([course, assessment, enrollment, tally])
        return GradedWork(
            course_of(found[course]) if course in found else None,
            assessment_of(found[assessment]) if assessment in found else None,
            enrollment_of(found[enrollment]) if enrollment in found else None,
            tally_of(course_id, assessment_id, found.get(tally)),
        )
