"""GET /v1/assessments/{assessmentId}: show an assessment with the caller's latest attempt."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import AssessmentPageData
from peerlearn.bootstrap.assessments import assessment_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import PresentCaller
from peerlearn.http.envelopes import Success
from peerlearn.http.models import AssessmentIdPath
from peerlearn.services.assessments import AssessmentService

app = create_app()


@app.get("/v1/assessments/<assessmentId>")
def get_assessment(
    user: PresentCaller,
    assessment_id: AssessmentIdPath,
    assessments: Annotated[AssessmentService, Depends(assessment_service)],
) -> Success[AssessmentPageData]:
    page = assessments.page(user, assessment_id)
    return Success[AssessmentPageData](data=AssessmentPageData.of(page))


lambda_handler = app.lambda_handler
