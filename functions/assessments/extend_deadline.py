"""PUT /v1/assessments/{assessmentId}/extensions/{learnerId}: give one learner a later due date, as the tutor.

The learner sees it as the `dueAt` of the assessment. Another call replaces it.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import ExtensionData, ExtensionView, NewExtension
from peerlearn.bootstrap.assessments import assessment_change_service
from peerlearn.domain.limits import AUTHORING
from peerlearn.domain.standing import AUTHORS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.http.models import AssessmentIdPath, LearnerIdPath
from peerlearn.services.assessment_changes import AssessmentChangeService

app = create_app()


@app.put("/v1/assessments/<assessmentId>/extensions/<learnerId>")
def extend_deadline(
    user: Annotated[Principal, Depends(writing(AUTHORING, AUTHORS))],
    assessment_id: AssessmentIdPath,
    learner_id: LearnerIdPath,
    new: NewExtension,
    assessments: Annotated[AssessmentChangeService, Depends(assessment_change_service)],
) -> Success[ExtensionData]:
    extension = assessments.extend(user, assessment_id, learner_id, new.due_at)
    return Success[ExtensionData](data=ExtensionData(extension=ExtensionView.model_validate(extension)))


lambda_handler = app.lambda_handler
