"""PATCH /v1/assessments/{assessmentId}/submissions/{learnerId}: grade a submission, or correct its grade, as the tutor.

With `attempt` the grade is for that attempt alone: where another one is the latest, nothing is changed, and `details`
of the 409 hold the latest `attempt` and its `submission`. The same grading again changes nothing. A `grade` of null
reopens the submission.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import Grading, SubmissionData, SubmissionView
from peerlearn.bootstrap.assessments import assessment_service
from peerlearn.domain.errors import Conflict
from peerlearn.domain.limits import GRADES
from peerlearn.domain.standing import AUTHORS
from peerlearn.domain.submissions import AttemptSuperseded
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
    try:
        submission = assessments.grade(
            user,
            assessment_id,
            learner_id,
            grading.grade,
            grading.feedback,
            attempt=grading.attempt,
            keeps_feedback=keeps_feedback,
        )
    except AttemptSuperseded as stale:
        latest = SubmissionView.model_validate(stale.latest).model_dump(mode="json", by_alias=True)
        raise Conflict(stale.message, details={**stale.details, "submission": latest}) from stale
    return Success[SubmissionData](data=SubmissionData(submission=SubmissionView.model_validate(submission)))


lambda_handler = app.lambda_handler
