"""Assessments, what is handed in for them, and what the tutor answers.

(none) --submit--> attempt 1 --submit--> attempt 2 ... --grade--> graded --correct--> graded again (revision + 1)

A graded assessment takes no further attempt. Earlier attempts and earlier grades are kept as history.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.errors import (
    AssessmentNotFound,
    Conflict,
    SubmissionAlreadyGraded,
    SubmissionClosed,
    SubmissionNotFound,
    ValidationFailed,
)
from peerlearn.domain.ids import derived_id, new_id, repeatable_id
from peerlearn.domain.limits import Limit, Window, note_usage
from peerlearn.domain.points import Award, submission_award
from peerlearn.domain.submission_urls import CheckedUrl

INSTRUCTIONS_MAX_LENGTH = 10_000
MAX_GRADE_LIMIT = 1000
FEEDBACK_MAX_LENGTH = 10_000
FILE_NAME_MAX_LENGTH = 255
UPLOAD_PREFIX = "uploads/"

# Nothing that a browser would run as a page: no HTML, no SVG.
UPLOAD_TYPES = frozenset(
    {
        # documents
        "application/pdf",
        "application/rtf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        # images
        "image/gif",
        "image/heic",
        "image/jpeg",
        "image/png",
        "image/webp",
        # text and source
        "application/json",
        "application/x-ipynb+json",
        "application/yaml",
        "text/css",
        "text/csv",
        "text/javascript",
        "text/markdown",
        "text/plain",
        "text/x-c",
        "text/x-c++src",
        "text/x-csrc",
        "text/x-go",
        "text/x-java-source",
        "text/x-python",
        "text/x-rust",
        "text/x-typescript",
        # archives
        "application/x-zip-compressed",
        "application/zip",
        # video
        "video/mp4",
        "video/quicktime",
        "video/webm",
    }
)

_ASSESSMENT_ID = re.compile(r"asm_(?P<course>.+)_[0-9a-f]{24}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")
_SAFE_NAME_MAX_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Assessment:
    """A task of a course. `due_at` None means that it never closes."""

    assessment_id: str
    course_id: str
    title: str
    instructions: str
    max_grade: int
    due_at: datetime | None
    allow_late: bool
    created_at: datetime

    def is_past_due(self, now: datetime) -> bool:
        return self.due_at is not None and now > self.due_at


def new_assessment_id(course_id: str) -> str:
    """Carries its course: an assessment is found by its id alone, without a read that looks the course up."""
    return repeatable_id(f"asm_{course_id}")


def course_of_assessment(assessment_id: str) -> str | None:
    """The course in an assessment's id; None where the id is not one of ours."""
    match = _ASSESSMENT_ID.fullmatch(assessment_id)
    return match["course"] if match else None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An uploaded file, pinned to the version that was there when it was handed in.

    The form that uploaded it stays valid for some minutes: a later file under the same key is another version.
    """

    key: str
    version_id: str | None

    @property
    def name(self) -> str:
        return self.key.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Submission:
    """One attempt at an assessment. `revision` counts its gradings, `window` the attempts of the present hour."""

    assessment_id: str
    course_id: str
    learner_id: str
    attempt: int
    submission_url: str
    submitted_at: datetime
    late: bool
    file: StoredFile | None = None
    grade: int | None = None
    feedback: str | None = None
    graded_at: datetime | None = None
    graded_by: str | None = None
    revision: int = 0
    window: Window | None = None

    @property
    def submission_id(self) -> str:
        return derived_id("sub", self.learner_id, self.assessment_id, str(self.attempt))

    @property
    def is_graded(self) -> bool:
        return self.grade is not None


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """The file that a learner is about to upload; `size` in bytes."""

    file_name: str
    content_type: str
    size: int


def require_open(assessment: Assessment, latest: Submission | None, now: datetime) -> None:
    """Whether an attempt may be handed in now, by the server's clock.

    Raises
    ------
    SubmissionAlreadyGraded, SubmissionClosed
    """
    if latest is not None and latest.is_graded:
        raise SubmissionAlreadyGraded
    if assessment.is_past_due(now) and not assessment.allow_late:
        raise SubmissionClosed


def next_attempt(
    assessment: Assessment,
    enrollment: Enrollment,
    latest: Submission | None,
    url: str,
    file: StoredFile | None,
    now: datetime,
    window: Window | None = None,
) -> tuple[Submission, tuple[Award, ...]]:
    """The attempt after `latest`, and what it earns: the first one only.

    Raises
    ------
    SubmissionAlreadyGraded, SubmissionClosed
    """
    require_open(assessment, latest, now)
    submission = Submission(
        assessment_id=assessment.assessment_id,
        course_id=assessment.course_id,
        learner_id=enrollment.learner_id,
        attempt=latest.attempt + 1 if latest else 1,
        submission_url=url,
        submitted_at=now,
        late=assessment.is_past_due(now),
        file=file,
        window=window,
    )
    awards = () if latest else (submission_award(assessment.course_id, assessment.assessment_id),)
    return submission, awards


def next_window(latest: Submission | None, limit: Limit, now: datetime) -> Window:
    """Return the window of attempts with one more in it.

    Raises
    ------
    TooManyRequests
        There is no room for one.
    """
    second = int(now.timestamp())
    window = latest.window if latest is not None else None
    if window is None or not window.is_open(second):
        window = Window(0, second + limit.seconds)
    if window.count >= limit.quota:
        note_usage(limit, window.count, window.closes_at, second)
        raise limit.exceeded(window.closes_at - second)
    note_usage(limit, window.count + 1, window.closes_at, second)
    return Window(window.count + 1, window.closes_at)


def require_latest(latest: Submission, attempt: int | None) -> None:
    """Check that the attempt that was read is the latest.

    Raises
    ------
    Conflict
        It is not, or there was none such: `details.latest` tells which one is.
    """
    if attempt is not None and attempt != latest.attempt:
        raise Conflict(
            f"Attempt {latest.attempt} is the latest. Read it before you grade it.",
            details={
                "latest": {
                    "submissionId": latest.submission_id,
                    "attempt": latest.attempt,
                    "submissionUrl": latest.submission_url,
                    "submittedAt": to_rfc3339(latest.submitted_at),
                }
            },
        )


def graded(submission: Submission, grade: int, feedback: str | None, grader_id: str, now: datetime) -> Submission:
    """The submission with this grade; the same one when nothing changes."""
    if submission.grade == grade and submission.feedback == feedback:
        return submission
    return replace(
        submission,
        grade=grade,
        feedback=feedback,
        graded_at=now,
        graded_by=grader_id,
        revision=submission.revision + 1,
    )


def check_upload(upload: UploadRequest, max_bytes: int) -> None:
    """Names everything that is wrong with it at once.

    Raises
    ------
    ValidationFailed
    """
    problems: list[tuple[str, str]] = []
    if any(character in upload.file_name for character in "/\\") or not upload.file_name.strip(". "):
        problems.append(("fileName", "must not have slashes or backslashes, nor be dots alone"))
    if upload.content_type not in UPLOAD_TYPES:
        problems.append(("contentType", "must be one of " + ", ".join(sorted(UPLOAD_TYPES))))
    if not 1 <= upload.size <= max_bytes:
        problems.append(("size", f"must be from 1 to {max_bytes} bytes"))
    if problems:
        raise ValidationFailed(*problems)


def upload_prefix(learner_id: str, assessment_id: str) -> str:
    """Where a learner's files for an assessment are, and nobody else's."""
    return f"{UPLOAD_PREFIX}{learner_id}/{assessment_id}/"


def new_upload_key(learner_id: str, assessment_id: str, file_name: str) -> str:
    """A key nobody can guess, that ends in a readable form of the file's name."""
    ascii_name = unicodedata.normalize("NFKD", file_name).encode("ascii", "ignore").decode()
    safe = _UNSAFE.sub("-", ascii_name).strip(".-")[-_SAFE_NAME_MAX_LENGTH:].lstrip(".-") or "file"
    return f"{upload_prefix(learner_id, assessment_id)}{new_id('upl')}/{safe}"


def own_upload_key(checked: CheckedUrl, bucket: str, learner_id: str, assessment_id: str) -> str | None:
    """The key of an upload in the product's own bucket; None for a URL that leads elsewhere.

    Raises
    ------
    ValidationFailed
        It is in the bucket, and not the learner's own file for that assessment.
    """
    location = checked.s3
    if location is None or location.bucket != bucket:
        return None
    # Keys are made of plain characters, so an encoded one, or one with a query, names something else.
    if not location.is_plain or not location.key.startswith(upload_prefix(learner_id, assessment_id)):
        raise not_your_upload()
    return location.key


def not_your_upload() -> ValidationFailed:
    """The same words for a file of somebody else and for one that is not there."""
    return ValidationFailed(("submissionUrl", "is not a file that you uploaded for this assessment"))


@dataclass(frozen=True, slots=True)
class UploadedObject:
    """What storage says of an uploaded file."""

    size: int
    content_type: str
    version_id: str | None


def check_uploaded(found: UploadedObject | None, max_bytes: int) -> UploadedObject:
    """The object, when it is there and within the rules its form had.

    Raises
    ------
    ValidationFailed
    """
    if found is None or not 1 <= found.size <= max_bytes or found.content_type not in UPLOAD_TYPES:
        raise not_your_upload()
    return found


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A presigned POST: `fields` go before the file, unchanged. `submission_url` is what to hand in afterwards."""

    url: str
    fields: dict[str, str]
    submission_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AssessmentPage:
    """An assessment as a reader sees it, with their own latest attempt."""

    assessment: Assessment
    submission: Submission | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What there is of one learner at one assessment; None where there is none of it."""

    course: Course | None
    assessment: Assessment | None
    enrollment: Enrollment | None
    latest: Submission | None


@dataclass(frozen=True, slots=True)
class SubmissionChange:
    """A submission as it is to be, what follows for its learner's points, and what the audit trail says of it."""

    submission: Submission
    awards: tuple[Award, ...]
    entry: AuditEntry | None = None


def require_assessment(assessment: Assessment | None) -> Assessment:
    """The assessment.

    Raises
    ------
    AssessmentNotFound
    """
    if assessment is None:
        raise AssessmentNotFound
    return assessment


def require_submission(submission: Submission | None) -> Submission:
    """The submission.

    Raises
    ------
    SubmissionNotFound
    """
    if submission is None:
        raise SubmissionNotFound
    return submission
