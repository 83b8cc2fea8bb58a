"""Pages: what a caller asks for and what a repository gives, without any knowledge of tables or URLs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")

DEFAULT_LIMIT = 10
MAX_LIMIT = 100


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


def slice_page(everything: Sequence[T], wanted: PageRequest) -> PageResult[T]:
    """The page of a list that is in memory as a whole, such as one learner's enrolments."""
    start = int(wanted.after["offset"]) if wanted.after else wanted.offset
    end = start + wanted.limit
    return PageResult(everything[start:end], len(everything), {"offset": end} if end < len(everything) else None)
