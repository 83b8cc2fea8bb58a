"""POST /v1/courses/{courseId}/enroll: a seat for the caller."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.enrollments.schemas import EnrollmentData
from peerlearn.bootstrap.enrollments import enrollment_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import Success
from peerlearn.http.models import CourseIdPath
from peerlearn.metrics import counted
from peerlearn.services.enrollments import EnrollmentService

app = create_app()


@app.post("/v1/courses/<courseId>/enroll", status_code=201)
def enroll(
    course_id: CourseIdPath, user: Caller, enrollments: Annotated[EnrollmentService, Depends(enrollment_service)]
) -> Success[EnrollmentData]:
    with counted("Enrollments"):
        enrollment = enrollments.enroll(user.user_id, course_id)
    return Success[EnrollmentData](data=EnrollmentData.of(enrollment))


lambda_handler = app.lambda_handler
