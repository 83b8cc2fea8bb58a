"""POST /v1/courses/{courseId}/assessments: add an assessment to a course, as its tutor."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import AssessmentData, AssessmentView, NewAssessment
from peerlearn.bootstrap.assessments import assessment_service
from peerlearn.domain.limits import AUTHORING
from peerlearn.domain.standing import AUTHORS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.http.models import CourseIdPath
from peerlearn.services.assessments import AssessmentService

app = create_app()


@app.post("/v1/courses/<courseId>/assessments", status_code=201)
def create_assessment(
    user: Annotated[Principal, Depends(writing(AUTHORING, AUTHORS))],
    course_id: CourseIdPath,
    new: NewAssessment,
    assessments: Annotated[AssessmentService, Depends(assessment_service)],
) -> Success[AssessmentData]:
    assessment = assessments.create(
        user,
        course_id,
        title=new.title,
        instructions=new.instructions,
        max_grade=new.max_grade,
        due_at=new.due_at,
        allow_late=new.allow_late,
    )
    return Success[AssessmentData](data=AssessmentData(assessment=AssessmentView.of(assessment, new.instructions)))


lambda_handler = app.lambda_handler
