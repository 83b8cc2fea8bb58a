"""Assessments: setting them, handing in work, and grading it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.assessments import (
    Assessment,
    AssessmentPage,
    Desk,
    Submission,
    SubmissionChange,
    graded,
    new_assessment_id,
    next_attempt,
    next_window,
    require_assessment,
    require_latest,
    require_open,
    require_submission,
)
from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import Course
from peerlearn.domain.deadline import carried
from peerlearn.domain.errors import AssessmentNotFound, Forbidden, NotEnrolled, NotFound, ValidationFailed
from peerlearn.domain.grades import Grade, plain_grade
from peerlearn.domain.limits import Limit
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.points import grade_awards
from peerlearn.domain.progress import require_member, require_reader, require_tutor
from peerlearn.domain.standing import Admission
from peerlearn.domain.submission_urls import UrlRefused, check_url
from peerlearn.domain.uploads import (
    PlannedUpload,
    StoredFile,
    UploadedObject,
    UploadForm,
    UploadRequest,
    begun_at,
    check_uploaded,
    not_your_upload,
    own_upload_key,
    planned_upload,
)
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

    def form(self, planned: PlannedUpload) -> UploadForm: ...
    def find(self, key: str) -> UploadedObject | None: ...
    def keep(self, file: StoredFile) -> bool: ...
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
        grade: Grade,
        feedback: str | None,
        *,
        attempt: int | None = None,
        keeps_feedback: bool = False,
    ) -> Submission:
        """The latest attempt with a grade; a later call corrects it.

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
            grade=_detail(after.grade),
            attempt=after.attempt,
            was=_detail(before.grade),
        )


def _detail(grade: Grade | None) -> int | float | None:
    return None if grade is None else plain_grade(grade)


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
        now = self._clock()
        planned = planned_upload(upload, caller.user_id, assessment_id, self._uploads.max_bytes, now)
        desk = self._assessments.desk(caller.user_id, assessment_id)
        _, assessment = _require_shown(caller, desk.course, desk.assessment)
        require_member(desk.enrollment)
        require_open(assessment, desk.latest, now)
        return self._uploads.form(planned)

    def submit(
        self,
        caller: Principal,
        assessment_id: str,
        submission_url: str,
        admission: Admission | None = None,
        limit: Limit | None = None,
    ) -> Submission:
        """Hand in the caller's next attempt; what is the latest attempt already is not handed in once more.

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
        key = self._own_key(caller, assessment_id, submission_url)
        now = self._clock()
        with self._looking_at(key) as found:

            @cache
            def kept_file() -> StoredFile | None:
                if key is None:
                    return None
                file = check_uploaded(found(), self._uploads.max_bytes).file
                if not self._uploads.keep(file):
                    raise not_your_upload()
                return file

            def decide(desk: Desk) -> SubmissionChange:
                assessment = require_assessment(desk.assessment)
                enrollment = require_member(desk.enrollment)
                upload = found()
                latest, file = desk.latest, upload.file if upload is not None else None
                # Before any date, limit or grade is looked at: it was taken, and only its reply was lost.
                if latest is not None and latest.is_repeated_by(submission_url, file):
                    return SubmissionChange(latest, ())
                begun = begun_at(upload, now)
                require_open(assessment, latest, begun)
                window = next_window(latest, limit, now) if limit is not None else None
                submission, awards = next_attempt(
                    assessment, enrollment, latest, submission_url, kept_file(), now, window, begun
                )
                return SubmissionChange(submission, awards)

            try:
                return self._assessments.hand_in(caller.user_id, assessment_id, decide, uuid4().hex, admission)
            except NotEnrolled:
                # Handing in reads no course: whether this one is a draft is asked of those alone who are no members.
                desk = self._assessments.desk(caller.user_id, assessment_id)
                _require_shown(caller, desk.course, desk.assessment)
                raise

    def _own_key(self, caller: Principal, assessment_id: str, submission_url: str) -> str | None:
        try:
            checked = check_url(submission_url)
        except UrlRefused as refusal:
            raise ValidationFailed(("submissionUrl", str(refusal))) from refusal
        return own_upload_key(checked, self._uploads.bucket, caller.user_id, assessment_id)

    @contextmanager
    def _looking_at(self, key: str | None) -> Iterator[Callable[[], UploadedObject | None]]:
        """Looks at the caller's own file beside what else is read; what there is, is told by calling."""
        if key is None:
            yield lambda: None
            return
        with ThreadPoolExecutor(max_workers=1) as side:
            yield side.submit(carried(self._uploads.find), key).result

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
