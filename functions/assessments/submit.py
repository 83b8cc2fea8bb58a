"""POST /v1/assessments/{assessmentId}/submit: hand in the caller's next attempt.

The same URL again, leading to the same file, is the same attempt: it is answered as it is, whatever has become of
the due date and the grade. An upload whose form was asked for before the due date is in time while the form is valid.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import NewSubmission, SubmissionData, SubmissionView
from peerlearn.bootstrap.standing import limits
from peerlearn.bootstrap.submissions import submission_service
from peerlearn.domain.limits import SUBMISSION_TRIES, SUBMISSIONS
from peerlearn.domain.standing import Admission
from peerlearn.http.app import create_app
from peerlearn.http.auth import admission_for
from peerlearn.http.envelopes import Success
from peerlearn.http.models import AssessmentIdPath
from peerlearn.services.submissions import SubmissionService

app = create_app()


@app.post("/v1/assessments/<assessmentId>/submit", status_code=201)
def submit(
    admission: Annotated[Admission, Depends(admission_for(SUBMISSION_TRIES))],
    assessment_id: AssessmentIdPath,
    new: NewSubmission,
    submissions: Annotated[SubmissionService, Depends(submission_service)],
) -> Success[SubmissionData]:
    submission = submissions.submit(
        admission.caller, assessment_id, new.submission_url, admission, limits()[SUBMISSIONS]
    )
    return Success[SubmissionData](data=SubmissionData(submission=SubmissionView.model_validate(submission)))


lambda_handler = app.lambda_handler
