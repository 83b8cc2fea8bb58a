"""PATCH /v1/courses/{courseId}: change, publish, close or reopen a course, as its tutor."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.courses.authoring_schemas import CourseChange
from functions.courses.schemas import CourseData
from peerlearn.bootstrap.courses import authoring_service
from peerlearn.domain.limits import AUTHORING
from peerlearn.domain.standing import AUTHORS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.http.models import CourseIdPath
from peerlearn.services.authoring import AuthoringService

app = create_app()


@app.patch("/v1/courses/<courseId>")
def update_course(
    course_id: CourseIdPath,
    change: CourseChange,
    author: Annotated[Principal, Depends(writing(AUTHORING, AUTHORS))],
    authoring: Annotated[AuthoringService, Depends(authoring_service)],
) -> Success[CourseData]:
    return Success[CourseData](data=CourseData.of(authoring.change(author, course_id, change.changes())))


lambda_handler = app.lambda_handler
