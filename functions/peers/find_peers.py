"""GET /v1/learner/peers: find people of the caller's courses, best match first.

People who came or left a moment ago may not be listed yet. A cursor names the score of the last match, so a peer whose
score stays the same is listed once.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.peers.schemas import PeersData
from peerlearn.bootstrap.messages import peer_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import TokenHolder
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import BlankIsAbsent, CursorText, Identifier, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.peers import PeerService

app = create_app()


@app.get("/v1/learner/peers")
def find_peers(
    user: TokenHolder,
    peers: Annotated[PeerService, Depends(peer_service)],
    course_id: Annotated[Identifier | None, BlankIsAbsent, Query(alias="courseId")] = None,
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[PeersData]:
    pager = Pager(cursors(), f"peers/{user.user_id}/{course_id or ''}")
    wanted = pager.request(page, limit, cursor)
    found = peers.find(user, wanted, course_id)
    return ListSuccess[PeersData](data=PeersData.of(found), metadata=pager.metadata(wanted, found.page))


lambda_handler = app.lambda_handler
