"""GET /v1/assessments/{assessmentId}/submissions/{learnerId}/download: get a link to the uploaded file."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import DownloadData
from peerlearn.bootstrap.submissions import submission_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import PresentCaller
from peerlearn.http.envelopes import Success
from peerlearn.http.models import AssessmentIdPath, LearnerIdPath
from peerlearn.services.submissions import SubmissionService

app = create_app()


@app.get("/v1/assessments/<assessmentId>/submissions/<learnerId>/download")
def download(
    user: PresentCaller,
    assessment_id: AssessmentIdPath,
    learner_id: LearnerIdPath,
    submissions: Annotated[SubmissionService, Depends(submission_service)],
) -> Success[DownloadData]:
    url = submissions.download(user, assessment_id, learner_id)
    return Success[DownloadData](data=DownloadData(url=url))


lambda_handler = app.lambda_handler
