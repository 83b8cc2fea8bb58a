"""Assessments: setting them, and grading what is handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.access import require_reader, require_shown, require_submission, require_tutor
from peerlearn.domain.assessments import Assessment, new_assessment_id
from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import Course
from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.grades import Grade, plain_grade
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.points import grade_awards
from peerlearn.domain.problems import bounds_problem
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.standing import Admission
from peerlearn.domain.submissions import AssessmentPage, Desk, Submission, SubmissionChange, graded, require_latest
from peerlearn.domain.users import Principal
from peerlearn.services.deciding import until_applied


class Assessments(Protocol):
    """The store of these use cases; see `peerlearn.persistence.assessments`."""

    def add(self, assessment: Assessment, instructions: str, tutor_id: str | None, token: str) -> None: ...
    def desk(self, learner_id: str, assessment_id: str) -> Desk: ...
    def desk_with_instructions(self, learner_id: str, assessment_id: str) -> tuple[Desk, str]: ...
    def own_desk(self, learner_id: str, assessment_id: str) -> Desk: ...
    def hand_in(self, desk: Desk, change: SubmissionChange, token: str, admission: Admission | None = None) -> None: ...
    def grade(self, desk: Desk, change: SubmissionChange, token: str) -> None: ...
    def course_and_total(self, assessment_id: str) -> tuple[Course | None, Assessment | None, int]: ...
    def of_assessment(self, assessment_id: str, wanted: PageRequest, total: int) -> PageResult[Submission]: ...
    def of_learner(self, learner_id: str, wanted: PageRequest) -> PageResult[Submission]: ...


@dataclass(frozen=True, slots=True)
class _Mark:
    """A grade as a tutor gives it: for one attempt, or for whichever is the latest."""

    tutor: Principal
    grade: Grade | None
    feedback: str | None
    attempt: int | None
    keeps_feedback: bool
    given_at: datetime

    def given(self, before: Submission, assessment: Assessment) -> Submission:
        """Return the attempt with the grade.

        Raises
        ------
        Conflict
            The grade is for another attempt.
        ValidationFailed
            It is above the assessment's highest.
        """
        require_latest(before, self.attempt)
        most = assessment.max_grade
        if self.grade is not None and (problem := bounds_problem(self.grade, 0, most, f"must be from 0 to {most}")):
            raise ValidationFailed(("grade", problem))
        feedback = before.feedback if self.keeps_feedback else self.feedback
        return graded(before, self.grade, feedback, self.tutor.user_id, self.given_at)


class AssessmentService:
    """Setting, reading, grading: the use cases that need no file."""

    def __init__(
        self,
        assessments: Assessments,
        clock: Clock = utc_now,
        audit: AuditTrail | None = None,
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        self._assessments = assessments
        self._clock = clock
        self._backoff = backoff
        self._audit = audit or AuditTrail(clock=clock)

    def create(
        self,
        caller: Principal,
        course_id: str,
        *,
        title: str,
        instructions: str,
        max_grade: int,
        due_at: datetime | None = None,
        allow_late: bool = False,
    ) -> Assessment:
        """A new assessment of the caller's course.

        Raises
        ------
        CourseNotFound, Forbidden
        ValidationFailed
            The course has as many as it may have.
        """
        assessment = Assessment(
            assessment_id=new_assessment_id(course_id),
            course_id=course_id,
            title=title,
            max_grade=max_grade,
            due_at=due_at,
            allow_late=allow_late,
            created_at=self._clock(),
        )
        self._assessments.add(assessment, instructions, None if caller.is_admin else caller.user_id, str(uuid4()))
        return assessment

    def page(self, caller: Principal, assessment_id: str) -> AssessmentPage:
        """Return the assessment with its instructions, and the caller's own latest attempt.

        Raises
        ------
        AssessmentNotFound, NotEnrolled
        """
        desk, instructions = self._assessments.desk_with_instructions(caller.user_id, assessment_id)
        course, assessment = require_shown(caller, desk.course, desk.assessment)
        require_reader(caller, course, desk.enrollment)
        return AssessmentPage(assessment, instructions, desk.latest)

    def mine(self, caller: Principal, wanted: PageRequest) -> PageResult[Submission]:
        """Every attempt of the caller, newest first."""
        return self._assessments.of_learner(caller.user_id, wanted)

    def all_of(self, caller: Principal, assessment_id: str, wanted: PageRequest) -> PageResult[Submission]:
        """Every attempt of everybody, newest first, for the course's tutor.

        Raises
        ------
        AssessmentNotFound, Forbidden
        """
        course, assessment, total = self._assessments.course_and_total(assessment_id)
        course, _ = require_shown(caller, course, assessment)
        require_tutor(caller, course)
        return self._assessments.of_assessment(assessment_id, wanted, total)

    def grade(
        self,
        caller: Principal,
        assessment_id: str,
        learner_id: str,
        grade: Grade | None,
        feedback: str | None,
        *,
        attempt: int | None = None,
        keeps_feedback: bool = False,
    ) -> Submission:
        """Grade the latest attempt, or correct its grade; None reopens it, so that another attempt may follow.

        Parameters
        ----------
        attempt: int, optional
            The attempt that the grade is for; without it, whichever is the latest.
        keeps_feedback: bool
            The feedback that is there stays, and `feedback` says nothing.

        Raises
        ------
        AssessmentNotFound, SubmissionNotFound, Forbidden
        Conflict
            The latest attempt is another one.
        ValidationFailed
            The grade is above the assessment's highest.
        """
        mark = _Mark(caller, grade, feedback, attempt, keeps_feedback, self._clock())

        def load(_: Admission | None) -> tuple[Desk, None]:
            return self._assessments.desk(learner_id, assessment_id), None

        return until_applied(load, partial(self._give, mark), tries=self._backoff().waits())

    def _give(self, mark: _Mark, desk: Desk, _: Admission | None, token: str) -> Submission:
        course, assessment = require_shown(mark.tutor, desk.course, desk.assessment)
        require_tutor(mark.tutor, course)
        before = require_submission(desk.latest)
        after = mark.given(before, assessment)
        if after != before:
            awards = grade_awards(
                after.course_id, after.assessment_id, assessment.max_grade, before.grade, mark.grade, after.revision
            )
            entry = self._grading(mark.tutor, before, after)
            self._assessments.grade(desk, SubmissionChange(after, tuple(awards), entry, mark.given_at), token)
        return after

    def _grading(self, caller: Principal, before: Submission, after: Submission) -> AuditEntry:
        return self._audit.entry(
            caller,
            AuditAction.GRADE_CORRECTED if before.revision else AuditAction.GRADE_SET,
            f"{after.assessment_id}/{after.learner_id}",
            key=f"{after.attempt}/{after.revision}",
            grade=_detail(after.grade),
            attempt=after.attempt,
            was=_detail(before.grade),
        )


def _detail(grade: Grade | None) -> int | float | None:
    return None if grade is None else plain_grade(grade)
