"""Bodies and answers of the `assessments` endpoints."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from peerlearn.domain.assessments import (
    FEEDBACK_MAX_LENGTH,
    FILE_NAME_MAX_LENGTH,
    INSTRUCTIONS_MAX_LENGTH,
    MAX_GRADE_LIMIT,
    UploadRequest,
)
from peerlearn.domain.courses import TITLE_MAX_LENGTH
from peerlearn.http.models import (
    IncomingMoment,
    Lines,
    Moment,
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
# Which URLs may be handed in is a rule of its own; the bounds only keep huge bodies away from it.
SubmissionUrl = Annotated[str, StringConstraints(min_length=1, max_length=8192)]


class NewAssessment(RequestModel):
    """Without `dueAt` an assessment never closes."""

    title: Title
    instructions: Instructions
    max_grade: Annotated[StrictInt, WholeNumber, Field(ge=1, le=MAX_GRADE_LIMIT)]
    due_at: IncomingMoment | None = None
    allow_late: StrictBool = False


class NewUpload(RequestModel):
    """The file about to be uploaded; `size` in bytes."""

    file_name: Annotated[str, StringConstraints(min_length=1, max_length=FILE_NAME_MAX_LENGTH), OneLine, Seen]
    content_type: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    size: Annotated[StrictInt, WholeNumber]

    def request(self) -> UploadRequest:
        return UploadRequest(self.file_name, self.content_type, self.size)


class NewSubmission(RequestModel):
    submission_url: SubmissionUrl


class Grading(RequestModel):
    """Feedback that is left out stays as it is; null takes it away. `attempt` is the one that was read."""

    grade: Annotated[StrictInt, WholeNumber, Field(ge=0, le=MAX_GRADE_LIMIT)]
    feedback: Feedback | None = None
    attempt: Annotated[StrictInt, WholeNumber, Field(ge=1)] | None = None


class AssessmentView(ResponseModel):
    assessment_id: str
    course_id: str
    title: str
    instructions: str
    max_grade: int
    due_at: Moment | None
    allow_late: bool


class SubmissionView(ResponseModel):
    """One attempt. An attempt that another one followed has no grade."""

    submission_id: str
    assessment_id: str
    learner_id: str
    attempt: int
    submission_url: str
    submitted_at: Moment
    late: bool
    grade: int | None
    feedback: str | None
    graded_at: Moment | None


class UploadView(ResponseModel):
    """A presigned POST: `fields` in this order, then the file as `file`; then hand in `submissionUrl`."""

    url: str
    fields: dict[str, str]
    submission_url: str
    expires_at: Moment


class AssessmentData(ResponseModel):
    assessment: AssessmentView


class AssessmentPageData(ResponseModel):
    """`submission` is the caller's latest, absent where there is none."""

    assessment: AssessmentView
    submission: SubmissionView | None = Field(exclude_if=is_none)


class SubmissionData(ResponseModel):
    submission: SubmissionView


class SubmissionListData(ResponseModel):
    submissions: list[SubmissionView]


class UploadData(ResponseModel):
    upload: UploadView


class DownloadData(ResponseModel):
    """A link for five minutes."""

    url: str
