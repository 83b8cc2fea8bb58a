"""GET /v1/learner/me/news: list what the caller was told of, newest first, for when they come back.

Grades, promotions from a waitlist, completed courses, moved sessions, and points that a grade earned or took back.
Messages are read by conversation. Numbers count 1, 2, 3... without gaps, and each entry is kept for 60 days. `after`
leaves out those up to a number. `metadata.unseen` counts all that were not seen; `PATCH` with `seenUpTo` marks them.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.profile.news_schemas import NewsData, NewsListSuccess, NewsMetadata, NewsView
from peerlearn.bootstrap.news import news_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.news import NUMBER_MAX
from peerlearn.domain.paging import DEFAULT_LIMIT, CursorResult
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.models import CursorText, Limit
from peerlearn.http.pagination import Pager
from peerlearn.services.news import NewsService

app = create_app()


@app.get("/v1/learner/me/news")
def list_news(
    user: Caller,
    news: Annotated[NewsService, Depends(news_service)],
    after: Annotated[int, Query(ge=0, le=NUMBER_MAX)] = 0,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> NewsListSuccess:
    pager = Pager(cursors(), f"/v1/learner/me/news {user.user_id} {after}")
    wanted = pager.request(1, limit, cursor)
    found = news.page(user, after, int(wanted.after["before"]) if wanted.after else None, wanted.limit)
    following = CursorResult(found.entries, {"before": found.next} if found.next is not None else None)
    metadata = NewsMetadata(**dict(pager.cursor_metadata(wanted, following)), unseen=found.unseen)
    data = NewsData(news=[NewsView.of(entry, found.head) for entry in found.entries])
    return NewsListSuccess(data=data, metadata=metadata)


lambda_handler = app.lambda_handler
