"""POST /v1/courses/{courseId}/waitlist: a place in the line for the caller."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.enrollments.schemas import WaitlistData
from peerlearn.bootstrap.enrollments import enrollment_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import Success
from peerlearn.http.models import CourseIdPath
from peerlearn.services.enrollments import EnrollmentService

app = create_app()


@app.post("/v1/courses/<courseId>/waitlist", status_code=201)
def join_waitlist(
    course_id: CourseIdPath, user: Caller, enrollments: Annotated[EnrollmentService, Depends(enrollment_service)]
) -> Success[WaitlistData]:
    return Success[WaitlistData](data=WaitlistData.of(enrollments.join_waitlist(user.user_id, course_id)))


lambda_handler = app.lambda_handler
