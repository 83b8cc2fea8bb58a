"""News: a person's own list of the events that they were told of, for when they come back.

A message is no news: its conversation has a gap-free number of its own and counts what is unread. Nor are points for
what one has just done oneself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.events import Event, EventType
from peerlearn.domain.points import Reason
from peerlearn.domain.problems import Problem, Rule

KEPT_FOR = timedelta(days=60)
NUMBER_MAX = 9_999_999_999

_NEWS = frozenset(
    {
        EventType.SUBMISSION_GRADED,
        EventType.ENROLLMENT_PROMOTED,
        EventType.COURSE_COMPLETED,
        EventType.POINTS_AWARDED,
        EventType.SESSION_UPDATED,
        EventType.SCHEDULE_CONFLICTED,
    }
)
NEWS_TYPES = tuple(one for one in EventType if one in _NEWS)


def is_news(event: Event) -> bool:
    """Return whether an event is kept for those who are told of it."""
    if event.type is EventType.POINTS_AWARDED:
        return not Reason(event.data["reason"]).is_learners_own_deed
    return event.type in _NEWS


@dataclass(frozen=True, slots=True)
class NewsEntry:
    """A piece of news; `number` counts 1, 2, 3... for each person, without gaps."""

    number: int
    event_id: str
    type: EventType
    data: Mapping[str, Any]
    occurred_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewsHead:
    """The last number of a person's news, and up to which they have seen them."""

    last: int = 0
    seen_up_to: int = 0

    def next(self, event: Event, now: datetime) -> NewsEntry:
        """Return the entry of one more event."""
        return NewsEntry(self.last + 1, event.event_id, event.type, event.data, event.occurred_at, now + KEPT_FOR)

    def unseen(self, oldest: int | None) -> int:
        """Return how many were not seen yet.

        Parameters
        ----------
        oldest: int or None
            The number of the oldest of these that is still kept; None where none is.
        """
        return 0 if oldest is None else max(0, self.last - max(self.seen_up_to, oldest - 1))

    def require(self, number: int) -> None:
        """Check that there has been news of that number.

        Raises
        ------
        ValidationFailed
        """
        if number > self.last:
            problem = Problem(Rule.TOO_LARGE, f"is past the last news, which is {self.last}", self.last)
            raise ValidationFailed(("seenUpTo", problem))


@dataclass(frozen=True, slots=True)
class NewsPage:
    """Some news, newest first, and how many of all are unseen; `next` is the number that the list goes on with."""

    entries: Sequence[NewsEntry]
    head: NewsHead
    unseen: int
    next: int | None
