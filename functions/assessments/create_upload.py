"""POST /v1/assessments/{assessmentId}/upload: get a form by which one file can be uploaded to S3.

The file keeps its name, in any script. Its extension and the type that the browser names tell together what it is.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import NewUpload, UploadData, UploadView
from peerlearn.bootstrap.submissions import submission_service
from peerlearn.domain.limits import UPLOADS
from peerlearn.domain.uploads import UploadRequest
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.http.models import AssessmentIdPath
from peerlearn.services.submissions import SubmissionService

app = create_app()


@app.post("/v1/assessments/<assessmentId>/upload", status_code=201)
def create_upload(
    user: Annotated[Principal, Depends(writing(UPLOADS))],
    assessment_id: AssessmentIdPath,
    new: NewUpload,
    submissions: Annotated[SubmissionService, Depends(submission_service)],
) -> Success[UploadData]:
    form = submissions.create_upload(user, assessment_id, UploadRequest(new.file_name, new.content_type, new.size))
    return Success[UploadData](data=UploadData(upload=UploadView.model_validate(form)))


lambda_handler = app.lambda_handler
