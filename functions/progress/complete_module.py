"""PATCH /v1/learner/me/progress/{courseId}: complete a module of a course; a repeat changes nothing."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.progress.schemas import ModuleCompletion, ProgressData, ProgressView
from peerlearn.bootstrap.progress import progress_service
from peerlearn.domain.limits import PROGRESS
from peerlearn.domain.standing import Admission
from peerlearn.http.app import create_app
from peerlearn.http.auth import admission_for
from peerlearn.http.envelopes import Success
from peerlearn.http.models import CourseIdPath
from peerlearn.services.progress import ProgressService

app = create_app()


@app.patch("/v1/learner/me/progress/<courseId>")
def complete_module(
    admission: Annotated[Admission, Depends(admission_for(PROGRESS))],
    course_id: CourseIdPath,
    completion: ModuleCompletion,
    progress: Annotated[ProgressService, Depends(progress_service)],
) -> Success[ProgressData]:
    done = progress.complete(admission.caller, course_id, completion.module_id, completion.study_minutes, admission)
    return Success[ProgressData](data=ProgressData(progress=ProgressView.model_validate(done)))


lambda_handler = app.lambda_handler
