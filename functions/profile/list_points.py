"""GET /v1/learner/me/points: list the caller's points ledger, newest entry first.

Points that the caller has just earned show at once.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.profile.schemas import EntryView, LedgerData
from peerlearn.bootstrap.progress import points_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.points import PointsService

app = create_app()


@app.get("/v1/learner/me/points")
def list_points(
    user: Caller,
    points: Annotated[PointsService, Depends(points_service)],
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[LedgerData]:
    pager = Pager(cursors(), f"/v1/learner/me/points {user.user_id}")
    wanted = pager.request(page, limit, cursor)
    found = points.entries(user, wanted)
    data = LedgerData(entries=[EntryView.of(entry) for entry in found.entries])
    return ListSuccess[LedgerData](data=data, metadata=pager.metadata(wanted, found))


lambda_handler = app.lambda_handler
