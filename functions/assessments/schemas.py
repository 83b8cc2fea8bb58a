"""Bodies and answers of the `assessments` endpoints."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, StringConstraints

from peerlearn.domain.assessment_changes import AssessmentChanges
from peerlearn.domain.assessments import INSTRUCTIONS_MAX_LENGTH, Assessment
from peerlearn.domain.courses import TITLE_MAX_LENGTH
from peerlearn.domain.file_names import FILE_NAME_MAX_LENGTH, normalized_name
from peerlearn.domain.grades import MAX_GRADE_LIMIT
from peerlearn.domain.submissions import FEEDBACK_MAX_LENGTH, AssessmentPage
from peerlearn.http.grades import IncomingGrade, ShownGrade
from peerlearn.http.models import (
    IncomingMoment,
    Lines,
    Moment,
    NotNull,
    OneLine,
    RequestModel,
    ResponseModel,
    Seen,
    WholeNumber,
    is_none,
)

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_MAX_LENGTH), OneLine, Seen
]
Instructions = Annotated[str, StringConstraints(max_length=INSTRUCTIONS_MAX_LENGTH), Lines]
Feedback = Annotated[str, StringConstraints(max_length=FEEDBACK_MAX_LENGTH), Lines]


def _composed(value: Any) -> Any:
    return normalized_name(value) if isinstance(value, str) else value


FileName = Annotated[
    str, StringConstraints(min_length=1, max_length=FILE_NAME_MAX_LENGTH), BeforeValidator(_composed), OneLine, Seen
]
# Which URLs may be handed in is a rule of its own; the bounds only keep huge bodies away from it.
SubmissionUrl = Annotated[str, StringConstraints(min_length=1, max_length=8192)]


class NewAssessment(RequestModel):
    """Without `dueAt` an assessment never closes."""

    title: Title
    instructions: Instructions
    max_grade: Annotated[StrictInt, Field(ge=1, le=MAX_GRADE_LIMIT), WholeNumber]
    due_at: IncomingMoment | None = None
    allow_late: StrictBool = False


class AssessmentChange(RequestModel):
    """A change of an assessment. Fields that are left out stay as they are; a `dueAt` of null lets it never close."""

    title: Annotated[Title | None, NotNull] = None
    instructions: Annotated[Instructions | None, NotNull] = None
    max_grade: Annotated[Annotated[StrictInt, Field(ge=1, le=MAX_GRADE_LIMIT), WholeNumber] | None, NotNull] = None
    due_at: IncomingMoment | None = None
    allow_late: Annotated[StrictBool | None, NotNull] = None

    def changes(self) -> AssessmentChanges:
        return AssessmentChanges(**{name: getattr(self, name) for name in self.model_fields_set})


class NewExtension(RequestModel):
    """A later due date for one learner."""

    due_at: IncomingMoment


class NewUpload(RequestModel):
    """The file about to be uploaded, as the browser names it; `size` in bytes.

    `contentType` may be empty or `application/octet-stream` where the browser knows none: the extension then tells.
    """

    file_name: FileName
    content_type: Annotated[str, StringConstraints(max_length=255)]
    size: Annotated[StrictInt, WholeNumber]


class NewSubmission(RequestModel):
    submission_url: SubmissionUrl


class Grading(RequestModel):
    """A `grade` of null reopens the submission: the points of its grade are taken back, and another attempt may follow.

    Feedback that is left out stays as it is; null takes it away.

    `attempt` is the one that the grade is for: if the learner has handed in another since, that is a 409.
    """

    grade: IncomingGrade | None
    feedback: Feedback | None = None
    attempt: Annotated[StrictInt, Field(ge=1), WholeNumber] | None = None


class AssessmentView(ResponseModel):
    assessment_id: str
    course_id: str
    title: str
    instructions: str
    max_grade: int
    due_at: Moment | None
    allow_late: bool

    @classmethod
    def of(cls, assessment: Assessment, instructions: str) -> AssessmentView:
        return cls(
            assessment_id=assessment.assessment_id,
            course_id=assessment.course_id,
            title=assessment.title,
            instructions=instructions,
            max_grade=assessment.max_grade,
            due_at=assessment.due_at,
            allow_late=assessment.allow_late,
        )


class SubmissionView(ResponseModel):
    """One attempt. An attempt that another one followed has no grade.

    `fileName` is what its author called an uploaded file; null for a link.
    """

    submission_id: str
    assessment_id: str
    learner_id: str
    attempt: int
    submission_url: str
    file_name: str | None
    submitted_at: Moment
    late: bool
    grade: ShownGrade | None
    feedback: str | None
    graded_at: Moment | None


class UploadView(ResponseModel):
    """A presigned POST: `fields` in this order, then the file as `file`; then hand in `submissionUrl`.

    The form lets in a file of exactly that size; the type that it is kept as is `fields.Content-Type`.
    """

    url: str
    fields: dict[str, str]
    submission_url: str
    expires_at: Moment


class ExtensionView(ResponseModel):
    assessment_id: str
    learner_id: str
    due_at: Moment


class ExtensionData(ResponseModel):
    extension: ExtensionView


class AssessmentData(ResponseModel):
    assessment: AssessmentView


class AssessmentPageData(ResponseModel):
    """`submission` is the caller's latest, absent where there is none."""

    assessment: AssessmentView
    submission: SubmissionView | None = Field(exclude_if=is_none)

    @classmethod
    def of(cls, page: AssessmentPage) -> AssessmentPageData:
        latest = SubmissionView.model_validate(page.submission) if page.submission else None
        return cls(assessment=AssessmentView.of(page.assessment, page.instructions), submission=latest)


class SubmissionData(ResponseModel):
    submission: SubmissionView


class SubmissionListData(ResponseModel):
    submissions: list[SubmissionView]


class UploadData(ResponseModel):
    upload: UploadView


class DownloadData(ResponseModel):
    """A link for five minutes."""

    url: str
