"""Handing in work: uploading a file, submitting it or a link, and downloading what was handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Protocol

from peerlearn.domain.access import (
    require_assessment,
    require_fetcher,
    require_member,
    require_shown,
    require_submission,
)
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.deadline import carried
from peerlearn.domain.errors import NotEnrolled, NotFound, ValidationFailed
from peerlearn.domain.limits import Limit
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.standing import Admission
from peerlearn.domain.submission_urls import UrlRefused, check_url
from peerlearn.domain.submissions import (
    Desk,
    StoredFile,
    Submission,
    SubmissionChange,
    next_attempt,
    next_window,
    require_open,
)
from peerlearn.domain.uploads import (
    PlannedUpload,
    UploadedObject,
    UploadForm,
    UploadRequest,
    begun_at,
    check_uploaded,
    not_your_upload,
    own_upload_key,
    planned_upload,
)
from peerlearn.domain.users import Principal
from peerlearn.services.assessments import Assessments
from peerlearn.services.deciding import until_applied


class Uploads(Protocol):
    """The bucket; see `peerlearn.adapters.uploads`."""

    bucket: str
    max_bytes: int

    def form(self, planned: PlannedUpload) -> UploadForm: ...
    def find(self, key: str) -> UploadedObject | None: ...
    def keep(self, file: StoredFile) -> bool: ...
    def link(self, file: StoredFile) -> str: ...


class _OwnFile:
    """The caller's own file, looked at beside what else is read; there is none where a link is handed in."""

    def __init__(self, uploads: Uploads, find: Callable[[], UploadedObject | None] | None = None) -> None:
        self._uploads = uploads
        self._find = find
        # Once, however often the decision is made anew.
        self.kept = cache(self._keep)

    def found(self) -> UploadedObject | None:
        return self._find() if self._find is not None else None

    def _keep(self) -> StoredFile | None:
        if self._find is None:
            return None
        file = check_uploaded(self._find(), self._uploads.max_bytes).file
        if not self._uploads.keep(file):
            raise not_your_upload()
        return file


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A link or a file, as one learner hands it in at one time."""

    learner: Principal
    assessment_id: str
    submission_url: str
    file: _OwnFile
    limit: Limit | None
    at: datetime

    def on(self, desk: Desk) -> SubmissionChange | Submission:
        """Return what is to be stored; where it is the latest attempt already, that one.

        Raises
        ------
        ValidationFailed, AssessmentNotFound, NotEnrolled, SubmissionAlreadyGraded, SubmissionClosed, TooManyRequests
        """
        assessment = require_assessment(desk.assessment)
        enrollment = require_member(desk.enrollment)
        upload = self.file.found()
        latest, file = desk.latest, upload.file if upload is not None else None
        # Before any date, limit or grade is looked at: it was taken, and only its reply was lost.
        if latest is not None and latest.is_repeated_by(self.submission_url, file):
            return latest
        begun = begun_at(upload, self.at)
        require_open(assessment, latest, begun)
        window = next_window(latest, self.limit, self.at) if self.limit is not None else None
        submission, awards = next_attempt(
            assessment, enrollment, latest, self.submission_url, self.file.kept(), self.at, window, begun
        )
        return SubmissionChange(submission, awards)


class SubmissionService:
    """Uploading, handing in, and downloading: the use cases that may need a file."""

    def __init__(
        self,
        assessments: Assessments,
        uploads: Uploads,
        clock: Clock = utc_now,
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        self._assessments = assessments
        self._uploads = uploads
        self._clock = clock
        self._backoff = backoff

    def create_upload(self, caller: Principal, assessment_id: str, upload: UploadRequest) -> UploadForm:
        """A form to upload one file with. Nothing is stored until the file is handed in.

        Raises
        ------
        ValidationFailed, AssessmentNotFound, NotEnrolled, SubmissionAlreadyGraded, SubmissionClosed
        """
        now = self._clock()
        planned = planned_upload(upload, caller.user_id, assessment_id, self._uploads.max_bytes, now)
        desk = self._assessments.desk(caller.user_id, assessment_id)
        _, assessment = require_shown(caller, desk.course, desk.assessment)
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
        """Hand in the caller's next attempt; a repeat of the latest attempt is not handed in once more.

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
        with self._looking_at(key) as file:
            attempt = _Attempt(caller, assessment_id, submission_url, file, limit, now)
            load, carry_out = partial(self._load, attempt), partial(self._hand_in, attempt)
            try:
                return until_applied(load, carry_out, admission=admission, tries=self._backoff().waits())
            except NotEnrolled:
                # Handing in reads no course: whether this one is a draft is asked of those alone who are no members.
                desk = self._assessments.desk(caller.user_id, assessment_id)
                require_shown(caller, desk.course, desk.assessment)
                raise

    def _load(self, attempt: _Attempt, asked: Admission | None) -> tuple[Desk, Admission | None]:
        desk = self._assessments.own_desk(attempt.learner.user_id, attempt.assessment_id)
        # Before anything is kept in the bucket.
        return desk, asked.seeing(desk.standing, self._clock()) if asked else None

    def _hand_in(self, attempt: _Attempt, desk: Desk, asked: Admission | None, token: str) -> Submission:
        change = attempt.on(desk)
        if isinstance(change, Submission):
            return change
        self._assessments.hand_in(desk, change, token, asked)
        return change.submission

    def _own_key(self, caller: Principal, assessment_id: str, submission_url: str) -> str | None:
        try:
            checked = check_url(submission_url)
        except UrlRefused as refusal:
            raise ValidationFailed(*(("submissionUrl", one) for one in refusal.problems)) from refusal
        return own_upload_key(checked, self._uploads.bucket, caller.user_id, assessment_id)

    @contextmanager
    def _looking_at(self, key: str | None) -> Iterator[_OwnFile]:
        if key is None:
            yield _OwnFile(self._uploads)
            return
        with ThreadPoolExecutor(max_workers=1) as side:
            yield _OwnFile(self._uploads, side.submit(carried(self._uploads.find), key).result)

    def download(self, caller: Principal, assessment_id: str, learner_id: str) -> str:
        """A link to the file of a learner's latest attempt, for them and for the tutor.

        Raises
        ------
        AssessmentNotFound, SubmissionNotFound, Forbidden
        NotFound
            The submission is a link, not an uploaded file.
        """
        desk = self._assessments.desk(learner_id, assessment_id)
        course, _ = require_shown(caller, desk.course, desk.assessment)
        require_fetcher(caller, course, learner_id)
        file = require_submission(desk.latest).file
        if file is None:
            raise NotFound("The submission is a link, not an uploaded file.")
        return self._uploads.link(file)
