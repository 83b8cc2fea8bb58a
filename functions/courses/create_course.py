"""POST /v1/courses: create a course, a draft unless told otherwise."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.courses.authoring_schemas import NewCourse
from functions.courses.schemas import CourseData
from peerlearn.bootstrap.courses import authoring_service
from peerlearn.domain.limits import AUTHORING
from peerlearn.domain.standing import AUTHORS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.services.authoring import AuthoringService

app = create_app()


@app.post("/v1/courses", status_code=201)
def create_course(
    course: NewCourse,
    author: Annotated[Principal, Depends(writing(AUTHORING, AUTHORS))],
    authoring: Annotated[AuthoringService, Depends(authoring_service)],
) -> Success[CourseData]:
    return Success[CourseData](data=CourseData.of(authoring.create(author, course.draft())))


lambda_handler = app.lambda_handler
