"""GET /v1/learner/me/progress/{courseId}: show the caller's progress in one course."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.progress.schemas import ProgressData, ProgressView
from peerlearn.bootstrap.progress import progress_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import Success
from peerlearn.http.models import CourseIdPath
from peerlearn.services.progress import ProgressService

app = create_app()


@app.get("/v1/learner/me/progress/<courseId>")
def get_progress(
    user: Caller, course_id: CourseIdPath, progress: Annotated[ProgressService, Depends(progress_service)]
) -> Success[ProgressData]:
    found = progress.one(user, course_id)
    return Success[ProgressData](data=ProgressData(progress=ProgressView.model_validate(found)))


lambda_handler = app.lambda_handler
