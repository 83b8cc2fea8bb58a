"""News: kept for those who are told of something, and read by them when they come back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.events import Event
from peerlearn.domain.news import NUMBER_MAX, NewsEntry, NewsHead, NewsPage
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import Principal
from peerlearn.services.deciding import until_applied


class News(Protocol):
    """The store of these use cases; see `peerlearn.persistence.news`."""

    def situation(self, user_id: str, event_id: str) -> tuple[NewsHead, bool]: ...
    def append(self, user_id: str, before: NewsHead, entry: NewsEntry, token: str) -> None: ...
    def head(self, user_id: str) -> NewsHead: ...
    def page(
        self, user_id: str, newest: int, oldest: int, limit: int, now: datetime
    ) -> tuple[NewsHead, list[NewsEntry]]: ...
    def oldest_kept(self, user_id: str, first: int, last: int, now: datetime) -> int | None: ...
    def see(self, user_id: str, up_to: int) -> NewsHead: ...


class NewsService:
    """Keeping news, listing them and marking them as seen."""

    def __init__(self, news: News, clock: Clock = utc_now, backoff: Callable[[], Backoff] = Backoff) -> None:
        self._news = news
        self._clock = clock
        self._backoff = backoff

    def keep(self, user_id: str, event: Event) -> None:
        """Append an event to somebody's news, once, however often it is told.

        Raises
        ------
        TemporarilyUnavailable
        """

        def load(_: Admission | None) -> tuple[tuple[NewsHead, bool], None]:
            return self._news.situation(user_id, event.event_id), None

        def carry_out(found: tuple[NewsHead, bool], _: Admission | None, token: str) -> None:
            head, is_known = found
            if not is_known:
                self._news.append(user_id, head, head.next(event, self._clock()), token)

        until_applied(load, carry_out, tries=self._backoff().waits())

    def page(self, caller: Principal, after: int, before: int | None, limit: int) -> NewsPage:
        """Return the caller's news, newest first.

        Parameters
        ----------
        after: int
            Only those of a higher number.
        before: int, optional
            Only those of a lower number.
        """
        now = self._clock()
        newest = NUMBER_MAX if before is None else before - 1
        # one more than the page tells whether there is a next one
        head, found = self._news.page(caller.user_id, newest, after + 1, limit + 1, now)
        shown = found[:limit]
        return NewsPage(
            shown, head, self._unseen(caller.user_id, head, now), shown[-1].number if len(found) > limit else None
        )

    def see(self, caller: Principal, up_to: int) -> tuple[NewsHead, int]:
        """Mark the caller's news as seen up to a number, less than before changing nothing; return how many are unseen.

        Raises
        ------
        ValidationFailed
            There is no such news.
        """
        head = self._news.head(caller.user_id)
        head.require(up_to)
        if up_to > head.seen_up_to:
            head = self._news.see(caller.user_id, up_to)
        return head, self._unseen(caller.user_id, head, self._clock())

    def _unseen(self, user_id: str, head: NewsHead, now: datetime) -> int:
        if head.seen_up_to >= head.last:
            return 0
        return head.unseen(self._news.oldest_kept(user_id, head.seen_up_to + 1, head.last, now))
