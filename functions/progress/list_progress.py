"""GET /v1/learner/me/progress: list the caller's progress in every course in which they hold a seat."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.progress.schemas import ProgressListData, ProgressView, SummaryView
from peerlearn.bootstrap.progress import progress_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import TokenHolder
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.progress import ProgressService

app = create_app()


@app.get("/v1/learner/me/progress")
def list_progress(
    user: TokenHolder,
    progress: Annotated[ProgressService, Depends(progress_service)],
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[ProgressListData]:
    pager = Pager(cursors(), f"/v1/learner/me/progress {user.user_id}")
    wanted = pager.request(page, limit, cursor)
    found, summary = progress.everything(user, wanted)
    data = ProgressListData(
        progress=[ProgressView.model_validate(one) for one in found.entries],
        summary=SummaryView.model_validate(summary),
    )
    return ListSuccess[ProgressListData](data=data, metadata=pager.metadata(wanted, found))


lambda_handler = app.lambda_handler
