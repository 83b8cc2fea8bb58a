"""The catalogue's entries, one per course and shelf, a counter per shelf, and the record of where a course is listed.

Entry, counter and record are only written together, under the record's version: whether a write is repeated, raced or
cut off, a shelf's counter is the number of its entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peerlearn.domain.catalogue import Filters, Listing, ListingStep, terms_mark, terms_of
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course, CourseListing, CourseStatus
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.persistence import keys
from peerlearn.persistence.counters import adding, counted
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.catalogue import catalogue_entry_item, listing_item, listing_of
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own, replacing
from peerlearn.persistence.seats import seats_in, with_shards
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import TRANSACTION_MAX, Write, delete, put

_ENTRIES = "PK = :shelf AND begins_with(SK, :entries)"
# From here on a page number is first compared with the total: nobody reads a whole shelf by asking for page 1,000,000.
_DEEP = 1000
# A filter expression has at most 4 KB; further parts are compared here.
_PARTS_MAX = 50


class CatalogueRepository:
    """Reads pages of shelves; writes steps of listings."""

    # The listing record takes the place that is left.
    room = TRANSACTION_MAX - 1

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- reading ----------------------------------------------------------------------------------------------------

    def shelf_page(self, shelf: str, wanted: PageRequest) -> PageResult[CourseListing]:
        """Return a page of a shelf, newest first.

        One Query reads small entries, one BatchGet the courses, their seats and the counter.
        """
        skipped = 0 if wanted.after else wanted.offset
        if skipped >= _DEEP:
            total = self.counts([shelf])[shelf]
            if skipped >= total:
                return PageResult((), total)
        start = keys.Key(keys.catalogue_partition(shelf), wanted.after["sk"]).as_item() if wanted.after else None
        # One more than the page tells whether there is a next one.
        entries = self._entries(shelf, start=start, limit=skipped + wanted.limit + 1)
        counter = keys.catalogue_counter(shelf)
        shown = entries[skipped : skipped + wanted.limit]
        courses, found = self._courses(shown, also=[counter])
        after = {"sk": shown[-1]["SK"]} if shown and len(entries) > skipped + wanted.limit else None
        return PageResult(courses, counted(found.get(counter)), after)

    def search(self, shelf: str, filters: Filters, wanted: PageRequest) -> PageResult[CourseListing]:
        """Return a page of those entries of a shelf whose terms the filters find; reads the shelf's entries, all."""
        parts = {f":part{number}": part for number, part in enumerate(filters.parts[:_PARTS_MAX])}
        # The table leaves out most entries that do not match, so that they are not sent.
        has_parts = " AND ".join(f"contains(#terms, {name})" for name in parts)
        entries = self._entries(shelf, values=parts, where=has_parts, names={"#terms": "terms"})
        matching = [entry for entry in entries if filters.find(entry["terms"])]
        if wanted.after:
            rest = [entry for entry in matching if entry["SK"] < wanted.after["sk"]]
        else:
            rest = matching[wanted.offset :]
        shown = rest[: wanted.limit]
        courses, _ = self._courses(shown)
        return PageResult(courses, len(matching), {"sk": shown[-1]["SK"]} if len(rest) > len(shown) else None)

    def counts(self, shelves: Sequence[str]) -> dict[str, int]:
        """Return the number of entries of each shelf."""
        found = self._table.batch_get([keys.catalogue_counter(shelf) for shelf in shelves])
        return {shelf: counted(found.get(keys.catalogue_counter(shelf))) for shelf in shelves}

    def _entries(self, shelf: str, values: Item | None = None, **options: Any) -> list[Item]:
        values = {":shelf": keys.catalogue_partition(shelf), ":entries": keys.LISTING_PREFIX, **(values or {})}
        return self._table.query(_ENTRIES, values, forward=False, **options)

    def _courses(
        self, entries: Sequence[Item], also: Sequence[keys.Key] = ()
    ) -> tuple[list[CourseListing], dict[keys.Key, Item]]:
        ids = [entry["courseId"] for entry in entries]
        found = self._table.batch_get(
            [*also, *(key for course_id in ids for key in (keys.course(course_id), keys.seats(course_id)))]
        )
        found = with_shards(self._table, found, ids)
        listings = []
        for course_id in ids:
            course, seats = found.get(keys.course(course_id)), seats_in(found, course_id)
            # An entry outlives its course's publication for the moment between the two writes.
            if course and seats and course["status"] == CourseStatus.PUBLISHED:
                listings.append(CourseListing(course_of(course), seats))
        return listings, found

    # -- writing ----------------------------------------------------------------------------------------------------

    def standing(self, course_id: str) -> tuple[Course | None, Listing]:
        """Return the course, and the record of its present entries."""
        course, listing = keys.course(course_id), keys.listing(course_id)
        found = self._table.batch_get([course, listing])
        return (course_of(found[course]) if course in found else None), listing_of(found.get(listing))

    def take(self, course: Course, listing: Listing, step: ListingStep, token: str) -> Listing | None:
        """Take a step; return the new record, or None when somebody else took one since the record was read.

        record of version n  -->  version n + 1, with the entries and counters that it speaks of
        """
        created_at, terms, mark = to_rfc3339(course.created_at), terms_of(course), terms_mark(course)
        marks = {shelf: found for shelf, found in listing.marks.items() if shelf not in step.removed}
        marks |= dict.fromkeys((*step.added, *step.rewritten), mark)
        taken = Listing(listing.version + 1, course.version, marks)
        record = replacing(listing_item(course.course_id, taken) | {WRITTEN_BY: token}, listing.version)
        shown = (*step.added, *step.rewritten)
        writes: list[Write] = [
            record,
            *(put(catalogue_entry_item(shelf, created_at, course.course_id, terms)) for shelf in shown),
            *(delete(keys.catalogue_entry(shelf, created_at, course.course_id)) for shelf in step.removed),
            *(_count_by(shelf, 1) for shelf in step.added),
            *(_count_by(shelf, -1) for shelf in step.removed),
        ]
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            return taken if is_own(failure.found[0], token) else None
        return taken


def _count_by(shelf: str, difference: int) -> Write:
    # Guarded by the record's version in the same transaction: counted once.
    return adding(keys.catalogue_counter(shelf), Entity.CATALOGUE_COUNTER, difference)
