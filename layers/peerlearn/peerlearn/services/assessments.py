"""Assessments: setting them, handing in work, and grading it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.assessments import (
    Assessment,
    AssessmentPage,
    Desk,
    StoredFile,
    Submission,
    SubmissionChange,
    UploadedObject,
    UploadForm,
    UploadRequest,
    check_upload,
    check_uploaded,
    graded,
    new_assessment_id,
    new_upload_key,
    next_attempt,
    next_window,
    own_upload_key,
    require_assessment,
    require_latest,
    require_open,
    require_submission,
)
from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import Course
from peerlearn.domain.errors import AssessmentNotFound, Forbidden, NotEnrolled, NotFound, ValidationFailed
from peerlearn.domain.limits import Limit
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.points import grade_awards
from peerlearn.domain.progress import require_member, require_reader, require_tutor
from peerlearn.domain.standing import Admission
from peerlearn.domain.submission_urls import UrlRefused, check_url
from peerlearn.domain.users import Principal, Role


class Assessments(Protocol):
    """What these use cases need of the store; see `peerlearn.persistence.assessments`."""

    def add(self, assessment: Assessment, tutor_id: str | None, token: str) -> None: ...
    def desk(self, learner_id: str, assessment_id: str) -> Desk: ...
    def hand_in(
        self,
        learner_id: str,
        assessment_id: str,
        decide: Callable[[Desk], SubmissionChange],
        request_id: str,
        admission: Admission | None = None,
    ) -> Submission: ...
    def grade(
        self, learner_id: str, assessment_id: str, decide: Callable[[Desk], SubmissionChange], request_id: str
    ) -> Submission: ...
    def course_and_total(self, assessment_id: str) -> tuple[Course | None, Assessment | None, int]: ...
    def of_assessment(self, assessment_id: str, wanted: PageRequest, total: int) -> PageResult[Submission]: ...
    def of_learner(self, learner_id: str, wanted: PageRequest) -> PageResult[Submission]: ...


class Uploads(Protocol):
    """The bucket; see `peerlearn.adapters.uploads`."""

    bucket: str
    max_bytes: int

    def form(self, key: str, content_type: str) -> UploadForm: ...
    def claim(self, key: str) -> UploadedObject | None: ...
    def link(self, file: StoredFile) -> str: ...


class AssessmentService:
    """Setting, reading, grading: what needs no file."""

    def __init__(self, assessments: Assessments, clock: Clock = utc_now, audit: AuditTrail | None = None) -> None:
        self._assessments = assessments
        self._clock = clock
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
            instructions=instructions,
            max_grade=max_grade,
            due_at=due_at,
            allow_late=allow_late,
            created_at=self._clock(),
        )
        self._assessments.add(assessment, None if caller.is_admin else caller.user_id, str(uuid4()))
        return assessment

    def page(self, caller: Principal, assessment_id: str) -> AssessmentPage:
        """The assessment and the caller's own latest attempt.

        Raises
        ------
        AssessmentNotFound, NotEnrolled
        """
        desk = self._assessments.desk(caller.user_id, assessment_id)
        course, assessment = _require_shown(caller, desk.course, desk.assessment)
        require_reader(caller, course, desk.enrollment)
        return AssessmentPage(assessment, desk.latest)

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
        course, _ = _require_shown(caller, course, assessment)
        require_tutor(caller, course)
        return self._assessments.of_assessment(assessment_id, wanted, total)

    def grade(
        self,
        caller: Principal,
        assessment_id: str,
        learner_id: str,
        grade: int,
        feedback: str | None,
        *,
        keeps_feedback: bool = False,
        attempt: int | None = None,
    ) -> Submission:
        """The latest attempt with a grade; a later call corrects it.

        Parameters
        ----------
        attempt: int, optional
            The attempt that was read; None grades the latest, whichever it is.
        keeps_feedback: bool
            The feedback that is there stays, and `feedback` says nothing.

        Raises
        ------
        AssessmentNotFound, SubmissionNotFound, Forbidden
        ValidationFailed
            The grade is above the assessment's highest.
        Conflict
            There is a later attempt than the one that was read.
        """
        now = self._clock()

        def decide(desk: Desk) -> SubmissionChange:
            course, assessment = _require_shown(caller, desk.course, desk.assessment)
            require_tutor(caller, course)
            before = require_submission(desk.latest)
            require_latest(before, attempt)
            if not 0 <= grade <= assessment.max_grade:
                raise ValidationFailed(("grade", f"must be from 0 to {assessment.max_grade}"))
            after = graded(before, grade, before.feedback if keeps_feedback else feedback, caller.user_id, now)
            awards = grade_awards(
                after.course_id, assessment_id, assessment.max_grade, before.grade, grade, after.revision
            )
            return SubmissionChange(after, tuple(awards), self._grading(caller, before, after))

        return self._assessments.grade(learner_id, assessment_id, decide, uuid4().hex)

    def _grading(self, caller: Principal, before: Submission, after: Submission) -> AuditEntry:
        return self._audit.entry(
            caller,
            AuditAction.GRADE_CORRECTED if before.is_graded else AuditAction.GRADE_SET,
            f"{after.assessment_id}/{after.learner_id}",
            key=f"{after.attempt}/{after.revision}",
            grade=after.grade,
            attempt=after.attempt,
            was=before.grade,
        )


class SubmissionService:
    """Uploading, handing in, and downloading: what may need a file."""

    def __init__(self, assessments: Assessments, uploads: Uploads, clock: Clock = utc_now) -> None:
        self._assessments = assessments
        self._uploads = uploads
        self._clock = clock

    def create_upload(self, caller: Principal, assessment_id: str, upload: UploadRequest) -> UploadForm:
        """A form to upload one file with. Nothing is stored until the file is handed in.

        Raises
        ------
        ValidationFailed, AssessmentNotFound, NotEnrolled, SubmissionAlreadyGraded, SubmissionClosed
        """
        check_upload(upload, self._uploads.max_bytes)
        desk = self._assessments.desk(caller.user_id, assessment_id)
        _require_shown(caller, desk.course, desk.assessment)
        self._open_desk(desk, self._clock())
        key = new_upload_key(caller.user_id, assessment_id, upload.file_name)
        return self._uploads.form(key, upload.content_type)

    def submit(
        self,
        caller: Principal,
        assessment_id: str,
        submission_url: str,
        admission: Admission | None = None,
        limit: Limit | None = None,
    ) -> Submission:
        """Hand in the caller's next attempt; the same link, or the same version of a file, is the latest one again.

        Parameters
        ----------
        admission: Admission, optional
            The caller's; without one the product's operator acts.
        limit: Limit, optional
            Of attempts at one assessment.

        Raises
        ------
        Unauthenticated, TooManyRequests
        ValidationFailed
            The URL is not one that may be handed in, or not a file of the caller's for this assessment.
        AssessmentNotFound, NotEnrolled, SubmissionAlreadyGraded, SubmissionClosed
        TemporarilyUnavailable
        """
        try:
            checked = check_url(submission_url)
        except UrlRefused as refusal:
            raise ValidationFailed(("submissionUrl", str(refusal))) from refusal
        key = own_upload_key(checked, self._uploads.bucket, caller.user_id, assessment_id)
        now = self._clock()

        @cache
        def uploaded_file() -> StoredFile | None:
            if key is None:
                return None
            found = check_uploaded(self._uploads.claim(key), self._uploads.max_bytes)
            return StoredFile(key, found.version_id)

        def decide(desk: Desk) -> SubmissionChange:
            assessment = require_assessment(desk.assessment)
            enrollment = require_member(desk.enrollment)
            latest = desk.latest
            # Before any date or grade is looked at: a repeat of what was handed in is answered as it was.
            if latest is not None and latest.submission_url == submission_url and latest.file == uploaded_file():
                return SubmissionChange(latest, ())
            require_open(assessment, latest, now)
            window = next_window(desk.latest, limit, now) if limit is not None else None
            submission, awards = next_attempt(
                assessment, enrollment, desk.latest, submission_url, uploaded_file(), now, window
            )
            return SubmissionChange(submission, awards)

        try:
            return self._assessments.hand_in(caller.user_id, assessment_id, decide, uuid4().hex, admission)
        except NotEnrolled:
            # Handing in reads no course: whether this one is a draft is asked of those alone who are no members.
            desk = self._assessments.desk(caller.user_id, assessment_id)
            _require_shown(caller, desk.course, desk.assessment)
            raise

    def download(self, caller: Principal, assessment_id: str, learner_id: str) -> str:
        """A link to the file of a learner's latest attempt, for them and for the tutor.

        Raises
        ------
        AssessmentNotFound, SubmissionNotFound, Forbidden
        NotFound
            What was handed in is a link, not an uploaded file.
        """
        desk = self._assessments.desk(learner_id, assessment_id)
        course, _ = _require_shown(caller, desk.course, desk.assessment)
        if caller.user_id != learner_id:
            refusal = Forbidden("Only its author and the tutor may fetch a submission.")
            # The course goes on naming a tutor who is not one any more.
            if caller.role is Role.LEARNER:
                raise refusal
            try:
                require_tutor(caller, course)
            except Forbidden as error:
                raise refusal from error
        file = require_submission(desk.latest).file
        if file is None:
            raise NotFound("What was handed in is a link, not an uploaded file.")
        return self._uploads.link(file)

    @staticmethod
    def _open_desk(desk: Desk, now: datetime) -> Assessment:
        assessment = require_assessment(desk.assessment)
        require_member(desk.enrollment)
        require_open(assessment, desk.latest, now)
        return assessment


def _require_shown(
    caller: Principal, course: Course | None, assessment: Assessment | None
) -> tuple[Course, Assessment]:
    """An assessment with its course, unless that is a draft of somebody else's.

    Raises
    ------
    AssessmentNotFound
    """
    if course is None or course.is_hidden_from(caller):
        raise AssessmentNotFound
    return course, require_assessment(assessment)
