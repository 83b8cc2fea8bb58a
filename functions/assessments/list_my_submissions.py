"""GET /v1/learner/me/submissions: list the caller's attempts at every assessment, newest first.

Attempts that the caller has just handed in show at once.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.assessments.schemas import SubmissionListData, SubmissionView
from peerlearn.bootstrap.assessments import assessment_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.assessments import AssessmentService

app = create_app()


@app.get("/v1/learner/me/submissions")
def list_my_submissions(
    user: Caller,
    assessments: Annotated[AssessmentService, Depends(assessment_service)],
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[SubmissionListData]:
    pager = Pager(cursors(), f"/v1/learner/me/submissions {user.user_id}")
    wanted = pager.request(page, limit, cursor)
    found = assessments.mine(user, wanted)
    data = SubmissionListData(submissions=[SubmissionView.model_validate(one) for one in found.entries])
    return ListSuccess[SubmissionListData](data=data, metadata=pager.metadata(wanted, found))


lambda_handler = app.lambda_handler
