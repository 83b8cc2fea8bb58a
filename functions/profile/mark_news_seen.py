"""PATCH /v1/learner/me/news: mark the caller's news as seen up to a number; less than before changes nothing."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.profile.news_schemas import SeenData, SeenMark, SeenView
from peerlearn.bootstrap.news import news_service
from peerlearn.domain.limits import READ_MARKS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.services.news import NewsService

app = create_app()


@app.patch("/v1/learner/me/news")
def mark_news_seen(
    mark: SeenMark,
    user: Annotated[Principal, Depends(writing(READ_MARKS))],
    news: Annotated[NewsService, Depends(news_service)],
) -> Success[SeenData]:
    head, unseen = news.see(user, mark.seen_up_to)
    return Success[SeenData](data=SeenData(news=SeenView(seen_up_to=head.seen_up_to, unseen=unseen)))


lambda_handler = app.lambda_handler
