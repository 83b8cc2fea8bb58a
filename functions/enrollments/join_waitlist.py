"""POST /v1/courses/{courseId}/waitlist: join the waitlist of a full course or session."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.enrollments.schemas import WaitlistData
from peerlearn.bootstrap.enrollments import enrollment_service
from peerlearn.domain.limits import ENROLLMENTS
from peerlearn.domain.standing import Admission
from peerlearn.http.app import create_app
from peerlearn.http.auth import admission_for
from peerlearn.http.envelopes import Success
from peerlearn.http.models import CourseIdPath
from peerlearn.services.enrollments import EnrollmentService

app = create_app()


@app.post("/v1/courses/<courseId>/waitlist", status_code=201)
def join_waitlist(
    course_id: CourseIdPath,
    admission: Annotated[Admission, Depends(admission_for(ENROLLMENTS))],
    enrollments: Annotated[EnrollmentService, Depends(enrollment_service)],
) -> Success[WaitlistData]:
    return Success[WaitlistData](
        data=WaitlistData.of(enrollments.join_waitlist(admission.caller.user_id, course_id, admission))
    )


lambda_handler = app.lambda_handler
