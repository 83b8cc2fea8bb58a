"""POST /v1/courses/{courseId}/enroll: take a seat in a course or session."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.enrollments.schemas import EnrollmentData
from peerlearn.bootstrap.enrollments import enrollment_service
from peerlearn.domain.limits import ENROLLMENTS
from peerlearn.domain.standing import Admission
from peerlearn.http.app import create_app
from peerlearn.http.auth import admission_for
from peerlearn.http.envelopes import Success
from peerlearn.http.models import CourseIdPath
from peerlearn.metrics import counted
from peerlearn.services.enrollments import EnrollmentService

app = create_app()


@app.post("/v1/courses/<courseId>/enroll", status_code=201)
def enroll(
    course_id: CourseIdPath,
    admission: Annotated[Admission, Depends(admission_for(ENROLLMENTS))],
    enrollments: Annotated[EnrollmentService, Depends(enrollment_service)],
) -> Success[EnrollmentData]:
    with counted("Enrollments"):
        enrollment = enrollments.enroll(admission.caller.user_id, course_id, admission)
    return Success[EnrollmentData](data=EnrollmentData.of(enrollment))


lambda_handler = app.lambda_handler
