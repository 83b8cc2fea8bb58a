"""GET /v1/learner/conversations: list the caller's conversations, newest first, with unread counts.

One that began a moment ago may not show yet, while `total` counts it; the contents of each are up to date. The pages
of a cursor keep the order of the moment at which the first of them was read: a conversation that gets a message
meanwhile comes once, at the place that it had then, and one that begins meanwhile is not among them.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.messages.schemas import ConversationsData, ConversationView
from peerlearn.bootstrap.messages import message_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.messages import MessageService

app = create_app()


@app.get("/v1/learner/conversations")
def list_conversations(
    user: Caller,
    messages: Annotated[MessageService, Depends(message_service)],
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[ConversationsData]:
    pager = Pager(cursors(), f"conversations/{user.user_id}")
    wanted = pager.request(page, limit, cursor)
    result = messages.conversations(user, wanted)
    data = ConversationsData(conversations=[ConversationView.of(entry, user.user_id) for entry in result.entries])
    return ListSuccess[ConversationsData](data=data, metadata=pager.metadata(wanted, result))


lambda_handler = app.lambda_handler
