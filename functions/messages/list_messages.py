"""GET /v1/learner/messages: list the messages of one conversation by `seq`, oldest first.

Without `after` the last messages, or the last ones before `before`; with `after` the first ones behind it.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.messages.schemas import MessagesData
from peerlearn.bootstrap.messages import message_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.messages import SEQ_MAX
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.messages import MessagePager
from peerlearn.http.models import ID_PATTERN, CursorText, Limit
from peerlearn.services.messages import MessageService

app = create_app()


@app.get("/v1/learner/messages")
def list_messages(
    user: Caller,
    messages: Annotated[MessageService, Depends(message_service)],
    peer_id: Annotated[str, Query(alias="with", pattern=ID_PATTERN)],
    after: Annotated[int | None, Query(ge=0, le=SEQ_MAX)] = None,
    before: Annotated[int | None, Query(ge=1, le=SEQ_MAX)] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[MessagesData]:
    pager = MessagePager(cursors(), f"messages/{user.user_id}/{peer_id}")
    wanted = pager.range(after, before, limit, cursor)
    page = messages.messages(user, peer_id, wanted)
    return ListSuccess[MessagesData](data=MessagesData.of(page, peer_id), metadata=pager.metadata(wanted, page))


lambda_handler = app.lambda_handler
