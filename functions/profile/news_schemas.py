"""Bodies and answers of the news."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt

from peerlearn.domain.news import NEWS_TYPES, NUMBER_MAX, NewsEntry, NewsHead
from peerlearn.http.envelopes import CursorMetadata, Success
from peerlearn.http.models import Moment, RequestModel, ResponseModel, WholeNumber

NewsNumber = Annotated[StrictInt, WholeNumber, Field(ge=0, le=NUMBER_MAX)]


class SeenMark(RequestModel):
    """The number up to which news were seen."""

    seen_up_to: NewsNumber


class NewsView(ResponseModel):
    """A piece of news: the data and the `eventId` of its push."""

    number: int
    event_id: str
    type: Literal[NEWS_TYPES]  # type: ignore[valid-type]  # made of the domain's list
    data: dict[str, Any]
    occurred_at: Moment
    seen: bool

    @classmethod
    def of(cls, entry: NewsEntry, head: NewsHead) -> NewsView:
        return cls(
            number=entry.number,
            event_id=entry.event_id,
            type=entry.type,
            data=dict(entry.data),
            occurred_at=entry.occurred_at,
            seen=entry.number <= head.seen_up_to,
        )


class NewsData(ResponseModel):
    news: list[NewsView]


class NewsMetadata(CursorMetadata):
    """Of the news: `unseen` counts all that are kept, whatever the page."""

    unseen: int


class NewsListSuccess(Success[NewsData]):
    """`{"status": "success", "data": {"news": [...]}, "metadata": {"limit": ..., "next": ..., "unseen": ...}}`."""

    metadata: NewsMetadata


class SeenView(ResponseModel):
    seen_up_to: int
    unseen: int


class SeenData(ResponseModel):
    news: SeenView
