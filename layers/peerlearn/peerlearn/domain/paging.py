"""Pages: requests of callers and results of repositories, without any knowledge of tables or URLs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Generic, TypeVar

from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.problems import Problem, Rule

T = TypeVar("T")
U = TypeVar("U")

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
# By page number everything before a page is read again, so that far ones are for cursors.
PAGES_REACH = 1000


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Page `number` (from 1) of `limit` entries; `after` is where a cursor left off and wins over `number`.

    Attributes
    ----------
    usual_limit: int or None
        Entries of the pages before, where this one is to have fewer of them.
    """

    number: int = 1
    limit: int = DEFAULT_LIMIT
    after: Mapping[str, Any] | None = None
    usual_limit: int | None = None

    def require_reach(self) -> PageRequest:
        """Return the request unless it asks by number for entries past the 1,000th.

        Raises
        ------
        ValidationFailed
        """
        if self.after is None and self.offset + self.limit > PAGES_REACH:
            message = f"must not reach past entry {PAGES_REACH}: go on with `cursor`, which has no end"
            raise ValidationFailed(("page", Problem(Rule.PAST_THE_REACH, message, PAGES_REACH)))
        return self

    @property
    def offset(self) -> int:
        """Entries before this page."""
        return (self.number - 1) * (self.usual_limit or self.limit)

    def shortened(self, count: int) -> PageRequest:
        """Return the page that begins at the same place and has at most that many entries."""
        return replace(self, limit=min(self.limit, count), usual_limit=self.usual_limit or self.limit)


@dataclass(frozen=True, slots=True)
class PageResult(Generic[T]):
    """Entries of one page, the exact `total` of all pages, and where the next one begins (None on the last)."""

    entries: Sequence[T]
    total: int
    next: Mapping[str, Any] | None = None

    def with_entries(self, entries: Sequence[U]) -> PageResult[U]:
        return PageResult(entries, self.total, self.next)


@dataclass(frozen=True, slots=True)
class CursorResult(Generic[T]):
    """Entries of a list that is walked by cursor alone, and where it goes on; None at its end.

    Entries may be fewer than were asked for, even none, where the list goes on.
    """

    entries: Sequence[T]
    next: Mapping[str, Any] | None = None


def not_a_cursor() -> ValidationFailed:
    """Return what is told of a cursor that was altered, or is of another list, caller or release."""
    return ValidationFailed(("cursor", Problem(Rule.NOT_A_CURSOR, "is not a cursor of this list")))


def page_of(
    everything: Sequence[T], wanted: PageRequest, place: Callable[[T], Sequence[Any]], *, backward: bool = False
) -> PageResult[T]:
    """Return a page of a list that is in memory as a whole, such as one learner's enrolments, in its own order.

    A cursor is the place of the last entry that was shown: though others come, go or move meanwhile, an entry that
    stays at its place is seen exactly once.

    Parameters
    ----------
    place: callable
        An entry's place in the order, different for each: texts and numbers.
    backward: bool
        Whether the highest place comes first.

    Raises
    ------
    ValidationFailed
        The cursor is one that an earlier release made.
    """
    places = sorted(((list(place(entry)), entry) for entry in everything), key=itemgetter(0), reverse=backward)
    start = wanted.offset
    if wanted.after is not None:
        if "place" not in wanted.after:
            raise not_a_cursor()
        last = wanted.after["place"]
        start = sum(not (at < last if backward else at > last) for at, _ in places)
    shown = places[start : start + wanted.limit]
    following = {"place": shown[-1][0]} if shown and start + wanted.limit < len(places) else None
    return PageResult([entry for _, entry in shown], len(places), following)
