"""DELETE /v1/courses/{courseId}/enroll: give up the caller's seat."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.enrollments import enrollment_service
from peerlearn.domain.limits import ENROLLMENTS
from peerlearn.domain.standing import Admission
from peerlearn.http.app import create_app
from peerlearn.http.auth import admission_for
from peerlearn.http.envelopes import no_content
from peerlearn.http.models import CourseIdPath
from peerlearn.services.enrollments import EnrollmentService

app = create_app()


@app.delete("/v1/courses/<courseId>/enroll", status_code=204)
def withdraw(
    course_id: CourseIdPath,
    admission: Annotated[Admission, Depends(admission_for(ENROLLMENTS))],
    enrollments: Annotated[EnrollmentService, Depends(enrollment_service)],
) -> Response[str]:
    enrollments.withdraw(admission.caller.user_id, course_id, admission)
    return no_content()


lambda_handler = app.lambda_handler
