"""GET /v1/assessments/{assessmentId}/submissions: list all attempts at an assessment for its tutor, newest first.

An attempt that was handed in or graded a moment ago may not show yet, while `total` counts it.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import SubmissionListData, SubmissionView
from peerlearn.bootstrap.assessments import assessment_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import Author
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import AssessmentIdPath, CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.assessments import AssessmentService

app = create_app()


@app.get("/v1/assessments/<assessmentId>/submissions")
def list_submissions(
    user: Author,
    assessment_id: AssessmentIdPath,
    assessments: Annotated[AssessmentService, Depends(assessment_service)],
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[SubmissionListData]:
    pager = Pager(cursors(), f"/v1/assessments/{assessment_id}/submissions {user.user_id}")
    wanted = pager.request(page, limit, cursor)
    found = assessments.all_of(user, assessment_id, wanted)
    data = SubmissionListData(submissions=[SubmissionView.model_validate(one) for one in found.entries])
    return ListSuccess[SubmissionListData](data=data, metadata=pager.metadata(wanted, found))


lambda_handler = app.lambda_handler
