"""DELETE /v1/courses/{courseId}: delete a draft, as its tutor."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.courses import authoring_service
from peerlearn.domain.limits import AUTHORING
from peerlearn.domain.standing import AUTHORS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import no_content
from peerlearn.http.models import CourseIdPath
from peerlearn.services.authoring import AuthoringService

app = create_app()


@app.delete("/v1/courses/<courseId>", status_code=204)
def delete_course(
    course_id: CourseIdPath,
    author: Annotated[Principal, Depends(writing(AUTHORING, AUTHORS))],
    authoring: Annotated[AuthoringService, Depends(authoring_service)],
) -> Response[str]:
    authoring.delete(author, course_id)
    return no_content()


lambda_handler = app.lambda_handler
