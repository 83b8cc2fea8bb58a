"""DELETE /v1/assessments/{assessmentId}: delete an assessment that nothing was handed in for, as its tutor."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.assessments import assessment_change_service
from peerlearn.domain.limits import AUTHORING
from peerlearn.domain.standing import AUTHORS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import no_content
from peerlearn.http.models import AssessmentIdPath
from peerlearn.services.assessment_changes import AssessmentChangeService

app = create_app()


@app.delete("/v1/assessments/<assessmentId>", status_code=204)
def delete_assessment(
    user: Annotated[Principal, Depends(writing(AUTHORING, AUTHORS))],
    assessment_id: AssessmentIdPath,
    assessments: Annotated[AssessmentChangeService, Depends(assessment_change_service)],
) -> Response[str]:
    assessments.delete(user, assessment_id)
    return no_content()


lambda_handler = app.lambda_handler
