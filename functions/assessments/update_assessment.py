"""PATCH /v1/assessments/{assessmentId}: change an assessment, as the tutor of its course.

`maxGrade` may change until the first grade. Attempts that are there already stay as they were, late or in time.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import AssessmentChange, AssessmentData, AssessmentView
from peerlearn.bootstrap.assessments import assessment_change_service
from peerlearn.domain.limits import AUTHORING
from peerlearn.domain.standing import AUTHORS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.http.models import AssessmentIdPath
from peerlearn.services.assessment_changes import AssessmentChangeService

app = create_app()


@app.patch("/v1/assessments/<assessmentId>")
def update_assessment(
    user: Annotated[Principal, Depends(writing(AUTHORING, AUTHORS))],
    assessment_id: AssessmentIdPath,
    change: AssessmentChange,
    assessments: Annotated[AssessmentChangeService, Depends(assessment_change_service)],
) -> Success[AssessmentData]:
    task = assessments.update(user, assessment_id, change.changes())
    return Success[AssessmentData](
        data=AssessmentData(assessment=AssessmentView.of(task.assessment, task.instructions))
    )


lambda_handler = app.lambda_handler
