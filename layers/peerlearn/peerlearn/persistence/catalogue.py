"""The catalogue as readers see it: pages of shelves, groups of numbers, orders by title and time, cards and seats.

All of it is read eventually consistent: a change of a moment ago may be seen later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course, CourseListing, CourseStatus
from peerlearn.domain.facets import VALUES_MAX, Facet, Facets, FacetValue, summed
from peerlearn.domain.numbers import Numbers
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.persistence import catalogue_keys, keys
from peerlearn.persistence.counters import counted
from peerlearn.persistence.items.catalogue import (
    bits_of,
    carded_course,
    facet_value_of,
    number_of_entry,
    starts_of,
    title_and_number,
)
from peerlearn.persistence.seats import seats_in, with_shards
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Item, Table

_ALL = "PK = :pk"
_UNDER = "PK = :pk AND begins_with(SK, :prefix)"
_BETWEEN = "PK = :pk AND SK BETWEEN :first AND :last"
# So many groups are read at once; where they have nothing in common, the others are not read.
_GROUPS_AT_ONCE = 4
_FIRST_STEP = 25


class CatalogueRepository:
    """Reads the catalogue."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def shelf_page(self, shelf: str, wanted: PageRequest) -> PageResult[CourseListing]:
        """Return a page of a shelf, newest first.

        One Query reads the counters and the entries, one BatchGet the seats.
        """
        skipped = 0 if wanted.after else wanted.offset
        # One more than the page tells whether there is a next one.
        needed = skipped + wanted.limit + 1
        entries, total = self._from(shelf, wanted.after["number"], needed) if wanted.after else self._top(shelf, needed)
        shown = {number_of_entry(entry): carded_course(entry) for entry in entries[skipped : needed - 1]}
        after = {"number": next(reversed(shown))} if shown and len(entries) >= needed else None
        return PageResult(list(self.with_seats(shown).values()), total, after)

    def _top(self, shelf: str, needed: int) -> tuple[list[Item], int]:
        first, last = catalogue_keys.SHELF_RANGE
        # The counters come first; a shelf of few courses has fewer of them.
        items = self._between(shelf, first, last, forward=False, limit=needed + catalogue_keys.SHELF_COUNTERS)
        counters = [item for item in items if _is_counter(item)]
        return items[len(counters) : len(counters) + needed], sum(map(counted, counters))

    def _from(self, shelf: str, number: int, needed: int) -> tuple[list[Item], int]:
        start = catalogue_keys.entry(shelf, number).as_item()
        with SideBySide() as together:
            counters = together.begin(partial(self._under, shelf, catalogue_keys.COUNTER_PREFIX))
            entries = self._under(shelf, catalogue_keys.ENTRY_PREFIX, forward=False, limit=needed, start=start)
        return entries, sum(map(counted, counters.result()))

    def facets(self) -> Facets:
        """Return the values of each facet, up to a bound."""
        with SideBySide() as together:
            subjects = together.begin(partial(self._facet, Facet.SUBJECT, catalogue_keys.FACET_COUNTERS))
            levels = together.begin(partial(self._facet, Facet.LEVEL, catalogue_keys.FACET_COUNTERS))
            tutors = together.begin(partial(self._facet, Facet.TUTOR, 1))
        return Facets(subjects.result(), levels.result(), tutors.result())

    def _facet(self, facet: Facet, parts: int) -> list[FacetValue]:
        values = {":pk": catalogue_keys.facets(), ":prefix": f"{facet}="}
        items = self._table.query(_UNDER, values, limit=parts * VALUES_MAX, consistent=False)
        return summed(map(facet_value_of, items))[:VALUES_MAX]

    def in_common(self, groups: Sequence[str]) -> Numbers:
        """Return the numbers of the courses that are in each of the groups."""
        found: Numbers | None = None
        for first in range(0, len(groups), _GROUPS_AT_ONCE):
            some = groups[first : first + _GROUPS_AT_ONCE]
            with SideBySide() as together:
                futures = [together.begin(partial(self._group, group)) for group in some]
            for future in futures:
                found = future.result() if found is None else found & future.result()
            if not found:
                break
        return found or Numbers({})

    def _group(self, group: str) -> Numbers:
        return Numbers(dict(map(bits_of, self._under(group, catalogue_keys.BLOCK_PREFIX))))

    def starts(self, first: datetime | None, last: datetime | None) -> Iterator[tuple[datetime, int]]:
        """Yield when courses begin and their numbers, in that order, from the first time to the last; None: no end."""
        low = catalogue_keys.day(to_rfc3339(first)).sk if first else catalogue_keys.DAYS_RANGE[0]
        high = catalogue_keys.day(to_rfc3339(last)).sk if last else catalogue_keys.DAYS_RANGE[1]
        values = {":pk": catalogue_keys.days(), ":first": low, ":last": high}
        for moment, number in starts_of(self._walk(_BETWEEN, values)):
            if (first is None or first <= moment) and (last is None or moment <= last):
                yield moment, number

    def titles(self, after: tuple[str, int] | None) -> Iterator[tuple[str, int]]:
        """Yield the titles of all courses behind one, with their numbers, in their order."""
        place = catalogue_keys.title(*after).as_item() if after else None
        return map(title_and_number, self._walk(_ALL, {":pk": catalogue_keys.titles()}, place))

    def _walk(self, condition: str, values: Item, place: Item | None = None) -> Iterator[Item]:
        """Yield items one after the other, so that no more are read than are asked for and as many again."""
        step = _FIRST_STEP
        while True:
            page, _ = self._table.query_page(condition, values, limit=step, start=place, consistent=False)
            yield from page.items
            place, step = page.last, step * 2
            if place is None:
                return

    def cards(self, numbers: Sequence[int]) -> dict[int, Course]:
        """Return the courses with these numbers, those that are published, in the order of the numbers."""
        found = self._table.batch_get(map(catalogue_keys.card, numbers), consistent=False)
        cards = {number: found.get(catalogue_keys.card(number)) for number in numbers}
        return {number: carded_course(card) for number, card in cards.items() if card}

    def with_seats(self, courses: Mapping[int, Course]) -> dict[int, CourseListing]:
        """Return the courses with their seats, without those that have been closed since."""
        ids = [course.course_id for course in courses.values()]
        found = self._table.batch_get(map(keys.seats, ids), consistent=False)
        found = with_shards(self._table, found, ids, consistent=False)
        seats = {number: seats_in(found, course.course_id) for number, course in courses.items()}
        # An entry outlives its course's publication for the moment between the two writes.
        return {
            number: CourseListing(courses[number], one)
            for number, one in seats.items()
            if one and one.status is CourseStatus.PUBLISHED
        }

    def _under(self, name: str, prefix: str, **options: Any) -> list[Item]:
        values = {":pk": catalogue_keys.partition(name), ":prefix": prefix}
        return self._table.query(_UNDER, values, consistent=False, **options)

    def _between(self, name: str, first: str, last: str, **options: Any) -> list[Item]:
        values = {":pk": catalogue_keys.partition(name), ":first": first, ":last": last}
        return self._table.query(_BETWEEN, values, consistent=False, **options)


def _is_counter(item: Item) -> bool:
    return bool(item["SK"].startswith(catalogue_keys.COUNTER_PREFIX))
