"""GET /v1/assessments/{assessmentId}/statistics: show mean, median and distribution of an assessment's grades.

For the course's tutor, and from five grades on for its members. Counted are the members' latest attempts; a grade that
was given a moment ago may not be in it yet. `distribution` has ten bars from 0 to the highest possible grade.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.statistics_schemas import StatisticsData
from peerlearn.bootstrap.catalogue import coursework_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import PresentCaller
from peerlearn.http.envelopes import Success
from peerlearn.http.models import AssessmentIdPath
from peerlearn.services.coursework import CourseworkService

app = create_app()


@app.get("/v1/assessments/<assessmentId>/statistics")
def get_statistics(
    user: PresentCaller,
    assessment_id: AssessmentIdPath,
    coursework: Annotated[CourseworkService, Depends(coursework_service)],
) -> Success[StatisticsData]:
    return Success[StatisticsData](data=StatisticsData.of(coursework.statistics(user, assessment_id)))


lambda_handler = app.lambda_handler
