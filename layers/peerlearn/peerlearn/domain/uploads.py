"""Files that are handed in: the form for one, where it is kept, and what is looked at once it has arrived.

Asking for a form decides everything about the file: its name, type, size and when it was begun. S3 signs all of that
and gives it back with the file, so that the uploader can change none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.file_names import plain_name, problem_of_name
from peerlearn.domain.file_types import TypeRefused, stored_type, type_of
from peerlearn.domain.ids import new_id
from peerlearn.domain.problems import FieldProblem, Problem, Rule, bounds_problem
from peerlearn.domain.submission_urls import CheckedUrl
from peerlearn.domain.submissions import UPLOAD_PREFIX, StoredFile

FORM_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """The file that a learner is about to upload, as they describe it; `size` in bytes."""

    file_name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class PlannedUpload:
    """The only file that a form lets in: its name, type and size."""

    key: str
    file_name: str
    content_type: str
    size: int
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A presigned POST: `fields` go before the file, unchanged. `submission_url` is what to hand in afterwards."""

    url: str
    fields: dict[str, str]
    submission_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UploadedObject:
    """An uploaded file as storage describes it.

    Attributes
    ----------
    head: bytes
        How it begins.
    name, begun_at: optional
        From its form; a form that is older than this rule names neither.
    """

    key: str
    size: int
    content_type: str
    version_id: str | None
    head: bytes
    name: str | None = None
    begun_at: datetime | None = None

    @property
    def file(self) -> StoredFile:
        return StoredFile.of(self.key, self.version_id, self.name)


def planned_upload(
    upload: UploadRequest, learner_id: str, assessment_id: str, max_bytes: int, now: datetime
) -> PlannedUpload:
    """Return what the form is to let in.

    Raises
    ------
    ValidationFailed
        Names everything that is wrong with it at once.
    """
    problems: list[FieldProblem] = []
    content_type = ""
    if name_problem := problem_of_name(upload.file_name):
        problems.append(("fileName", name_problem))
    try:
        content_type = type_of(upload.file_name, upload.content_type).content_type
    except TypeRefused as refusal:
        # One problem of a field is enough.
        if refusal.field not in dict(problems):
            problems.append((refusal.field, refusal.problem))
    if size_problem := bounds_problem(upload.size, 1, max_bytes, f"must be from 1 to {max_bytes} bytes"):
        problems.append(("size", size_problem))
    if problems:
        raise ValidationFailed(*problems)
    key = new_upload_key(learner_id, assessment_id, upload.file_name)
    return PlannedUpload(key, upload.file_name, content_type, upload.size, now)


def upload_prefix(learner_id: str, assessment_id: str) -> str:
    """Return where a learner's files for an assessment are, and nobody else's."""
    return f"{UPLOAD_PREFIX}{learner_id}/{assessment_id}/"


def new_upload_key(learner_id: str, assessment_id: str, file_name: str) -> str:
    """A key nobody can guess, that ends in a readable form of the file's name."""
    return f"{upload_prefix(learner_id, assessment_id)}{new_id('upl')}/{plain_name(file_name)}"


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
    problem = Problem(Rule.NOT_YOUR_UPLOAD, "is not a file that you uploaded for this assessment")
    return ValidationFailed(("submissionUrl", problem))


def check_uploaded(found: UploadedObject | None, max_bytes: int) -> UploadedObject:
    """The object, when it is there, within the rules its form had, and what its type says.

    Raises
    ------
    ValidationFailed
    """
    file_type = stored_type(found.content_type) if found is not None else None
    if found is None or file_type is None or not 1 <= found.size <= max_bytes:
        raise not_your_upload()
    problem = file_type.problem_of(found.head)
    if problem is not None:
        contradicted = Problem(Rule.TYPE_CONTRADICTED, f"leads to a file that {problem}")
        raise ValidationFailed(("submissionUrl", contradicted))
    return found


def begun_at(found: UploadedObject | None, now: datetime) -> datetime:
    """Return the moment at which a due date is judged: when the upload's form was asked for, while that is valid."""
    if found is None or found.begun_at is None or now - found.begun_at > FORM_LIFETIME:
        return now
    return min(found.begun_at, now)
