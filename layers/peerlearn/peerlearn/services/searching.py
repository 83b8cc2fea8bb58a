"""Searching the catalogue: by several filters together, in any order, and with a look at the seats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any, Protocol

from peerlearn.domain.catalogue import SCHEDULED, Filters, Sort, title_key
from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.courses import Course, CourseListing
from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.numbers import Numbers
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.problems import Problem, Rule

# Up to so many courses are all looked at, where that decides about order or seats.
_FEW = 40
# Courses whose seats are looked at for one page.
_SEATS_MAX = 100
# To read a title costs a fortieth of what it costs to look at a course.
_TITLES_PER_COURSE = 40


class Groups(Protocol):
    """The catalogue's store for searching; see `peerlearn.persistence.catalogue`."""

    def in_common(self, groups: Sequence[str]) -> Numbers: ...
    def starts(self, first: datetime | None, last: datetime | None) -> Iterable[tuple[datetime, int]]: ...
    def titles(self, after: tuple[str, int] | None) -> Iterable[tuple[str, int]]: ...
    def cards(self, numbers: Sequence[int]) -> dict[int, Course]: ...
    def with_seats(self, courses: dict[int, Course]) -> dict[int, CourseListing]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an order: the value that it is ordered by, None behind all others; then the number."""

    by: str | None
    number: int

    @classmethod
    def behind(cls, after: Any) -> Place | None:
        """Return the place of a cursor."""
        return cls(after.get("by"), after["number"]) if after else None

    def order(self) -> tuple[str, int]:
        """Return what places that have something to be ordered by are compared by."""
        return self.by or "", self.number

    def follows(self, other: Place) -> bool:
        """Return whether this place comes behind the other one."""
        return self.order() > other.order()

    @property
    def cursor(self) -> dict[str, Any]:
        """Return the place as a cursor has it."""
        return {"number": self.number} | ({} if self.by is None else {"by": self.by})


@dataclass
class Search:
    """One search, by one reader."""

    store: Groups
    filters: Filters
    now: datetime
    # Courses that were looked at already.
    known: dict[int, Course] = field(default_factory=dict)

    def page(self, wanted: PageRequest) -> PageResult[CourseListing]:
        """Return a page of what is found.

        Raises
        ------
        ValidationFailed
            The page is further than seats are looked at.
        """
        if not self.found:
            return PageResult((), 0)
        if self.filters.available:
            return self._page_with_free_seats(wanted)
        skipped = 0 if wanted.after else wanted.offset
        # One more than the page tells whether there is a next one.
        places = list(islice(self.places(Place.behind(wanted.after)), skipped, skipped + wanted.limit + 1))
        shown = places[: wanted.limit]
        after = shown[-1].cursor if len(places) > wanted.limit else None
        return PageResult(list(self._looked_at(shown).values()), len(self.found), after)

    # -- which ------------------------------------------------------------------------------------------------------

    @cached_property
    def found(self) -> Numbers:
        """Return the courses that are found, whatever their seats."""
        numbers = self.store.in_common(self.filters.groups)
        if not self.filters.has_range or not numbers:
            return numbers
        return numbers & Numbers.of(number for _, number in self._in_range)

    @cached_property
    def _in_range(self) -> list[tuple[datetime, int]]:
        return list(self.store.starts(self.filters.starts_from, self.filters.starts_to))

    # -- in which order ---------------------------------------------------------------------------------------------

    def places(self, after: Place | None) -> Iterator[Place]:
        """Yield the places of what is found, in their order, behind one of them."""
        if self.filters.sort is Sort.STARTS:
            return self._by_time(after)
        if self.filters.sort is Sort.TITLE:
            return self._by_title(after)
        return _newest_first(self.found, after)

    def _by_time(self, after: Place | None) -> Iterator[Place]:
        if after is None or after.by is not None:
            yield from self._timed(after)
        if not self.filters.has_range:
            timeless = self.found - self.store.in_common([SCHEDULED])
            yield from _newest_first(timeless, after if after and after.by is None else None)

    def _timed(self, after: Place | None) -> Iterator[Place]:
        first = from_rfc3339(after.by) if after and after.by else None
        for moment, number in self._in_range if self.filters.has_range else self.store.starts(first, None):
            place = Place(to_rfc3339(moment), number)
            if number in self.found and (after is None or place.follows(after)):
                yield place

    def _by_title(self, after: Place | None) -> Iterator[Place]:
        read, behind = 0, after
        if len(self.found) > _FEW:
            for title, number in self.store.titles((after.by or "", after.number) if after else None):
                read, behind = read + 1, Place(title, number)
                if number in self.found:
                    yield behind
                if read == _TITLES_PER_COURSE * len(self.found):
                    break
            else:
                return
        looked_at = (Place(title_key(one.title), number) for number, one in self._cards(list(self.found)).items())
        yield from sorted((one for one in looked_at if behind is None or one.follows(behind)), key=Place.order)

    # -- with free seats --------------------------------------------------------------------------------------------

    def _page_with_free_seats(self, wanted: PageRequest) -> PageResult[CourseListing]:
        after = Place.behind(wanted.after)
        if len(self.found) > _FEW:
            return self._walk_to_free_seats(wanted, after)
        free = self._free(list(self.places(None)))
        behind = {place.number for place in self.places(after)}
        rest = [place for place in free if place.number in behind][0 if after else wanted.offset :]
        shown = rest[: wanted.limit]
        following = shown[-1].cursor if len(rest) > len(shown) else None
        return PageResult([free[place] for place in shown], len(free), following)

    def _walk_to_free_seats(self, wanted: PageRequest, after: Place | None) -> PageResult[CourseListing]:
        skipped = 0 if after else wanted.offset
        needed = skipped + wanted.limit
        places = self.places(after)
        free: dict[Place, CourseListing] = {}
        following, looked = None, 0
        while len(free) <= needed and looked < _SEATS_MAX:
            some = list(islice(places, wanted.limit + 1))
            free |= self._free(some)
            looked += len(some)
            following = some[-1] if len(some) > wanted.limit else None
            if following is None:
                break
        if skipped and len(free) <= skipped and following:
            message = "is past the courses whose seats are looked at: go on with `cursor`"
            raise ValidationFailed(("page", Problem(Rule.PAST_THE_REACH, message, _SEATS_MAX)))
        shown = list(free)[skipped:needed]
        if len(free) > needed:
            following = shown[-1]
        return PageResult([free[one] for one in shown], len(self.found), following.cursor if following else None)

    def _free(self, places: Sequence[Place]) -> dict[Place, CourseListing]:
        listings = self._looked_at(places)
        return {
            place: listings[place.number]
            for place in places
            if place.number in listings and listings[place.number].seats.can_be_booked(self.now)
        }

    # -- looking at them --------------------------------------------------------------------------------------------

    def _looked_at(self, places: Sequence[Place]) -> dict[int, CourseListing]:
        return self.store.with_seats(self._cards([place.number for place in places]))

    def _cards(self, numbers: Sequence[int]) -> dict[int, Course]:
        if missing := [number for number in numbers if number not in self.known]:
            self.known |= self.store.cards(missing)
        return {number: self.known[number] for number in numbers if number in self.known}


def _newest_first(numbers: Numbers, after: Place | None) -> Iterator[Place]:
    behind = (number for number in numbers if after is None or number < after.number)
    return (Place(None, number) for number in sorted(behind, reverse=True))
