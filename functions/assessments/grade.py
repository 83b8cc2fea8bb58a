"""PATCH /v1/assessments/{assessmentId}/submissions/{learnerId}: the tutor grades, or corrects a grade."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import Grading, SubmissionData, SubmissionView
from peerlearn.bootstrap.assessments import assessment_service
from peerlearn.domain.limits import GRADES
from peerlearn.domain.standing import AUTHORS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.http.models import AssessmentIdPath, LearnerIdPath
from peerlearn.services.assessments import AssessmentService

app = create_app()


@app.patch("/v1/assessments/<assessmentId>/submissions/<learnerId>")
def grade(
    user: Annotated[Principal, Depends(writing(GRADES, AUTHORS))],
    assessment_id: AssessmentIdPath,
    learner_id: LearnerIdPath,
    grading: Grading,
    assessments: Annotated[AssessmentService, Depends(assessment_service)],
) -> Success[SubmissionData]:
    keeps_feedback = "feedback" not in grading.model_fields_set
    submission = assessments.grade(
        user,
        assessment_id,
        learner_id,
        grading.grade,
        grading.feedback,
        keeps_feedback=keeps_feedback,
        attempt=grading.attempt,
    )
    return Success[SubmissionData](data=SubmissionData(submission=SubmissionView.model_validate(submission)))


lambda_handler = app.lambda_handler
