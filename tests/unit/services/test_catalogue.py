"""Which shelf answers what, and how synchronising holds against others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from peerlearn.domain.catalogue import Filters, Listing, ListingStep, shelves_of, terms_mark
from peerlearn.domain.courses import Course, CourseListing, CoursePage, CourseStatus, Kind, Level, Tutor
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.services.catalogue import CatalogueIndexer, CatalogueService

COURSE = Course(
    course_id="crs_1",
    title="Rook endings",
    description="",
    subject="Games",
    level=Level.BEGINNER,
    kind=Kind.COURSE,
    tutor=Tutor("usr_1", "Ada"),
    status=CourseStatus.PUBLISHED,
    starts_at=None,
    ends_at=None,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    version=3,
)


class FakeShelves:
    """Remembers what it was asked."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts
        self.asked: list[tuple[str, ...]] = []

    def shelf_page(self, shelf: str, wanted: PageRequest) -> PageResult[CourseListing]:
        self.asked.append((shelf,))
        return PageResult((), 7)

    def search(self, shelf: str, filters: Filters, wanted: PageRequest) -> PageResult[CourseListing]:
        self.asked.append((shelf, *filters.parts))
        return PageResult((), 7)

    def counts(self, shelves: Sequence[str]) -> dict[str, int]:
        return {shelf: self._counts.get(shelf, 0) for shelf in shelves}

    def page(self, course_id: str) -> CoursePage | None:
        return None


@pytest.mark.parametrize(
    ("filters", "asked"),
    [
        (Filters(), [("all",)]),
        (Filters(subject="Music", level="beginner", tutor="u"), [("level=beginner&subject=music&tutor=u",)]),
        (Filters(query="Rook"), [("word=rook",)]),
        (Filters(query="ro"), [("word=ro",)]),
        (Filters(query="mathematical"), [("word=mathematical",)]),
        # longer than the longest beginning with a shelf
        (Filters(query="mathematically"), [("word=mathematical", " mathematically")]),
        (Filters(level="beginner", query="Rook"), [("word=rook", " =level=beginner ", " rook")]),
        (Filters(query="the rook"), [("word=rook", " the", " rook")]),
        (Filters(query="the nowhere"), []),
        (Filters(tutor="u", query="the rook"), [("tutor=u", " =tutor=u ", " the", " rook")]),
        (Filters(query="?"), []),
    ],
)
def test_the_smallest_shelf_is_asked(filters: Filters, asked: list[tuple[str, ...]]) -> None:
    shelves = FakeShelves({"word=the": 500, "word=rook": 3, "word=mathematical": 2, "level=beginner": 9, "tutor=u": 2})
    result = CatalogueService(shelves, shelves).browse(filters, PageRequest())
    assert shelves.asked == asked
    assert result.total == (7 if asked else 0)


class FakeListings:
    """One course in memory; `others` act between a read and the write that follows it."""

    def __init__(self, *seen: Course | None, room: int = 99) -> None:
        self.room = room
        self._seen = list(seen)
        self.listing = Listing()
        self.steps = 0
        self.interrupted = 0

    def standing(self, course_id: str) -> tuple[Course | None, Listing]:
        return (self._seen.pop(0) if len(self._seen) > 1 else self._seen[0]), self.listing

    def take(self, course: Course, listing: Listing, step: ListingStep, token: str) -> Listing | None:
        if self.interrupted:
            self.interrupted -= 1
            return None
        marks = {name: mark for name, mark in listing.marks.items() if name not in step.removed}
        marks |= dict.fromkeys((*step.added, *step.rewritten), terms_mark(course))
        self.listing = Listing(listing.version + 1, course.version, marks)
        self.steps += 1
        return self.listing


def stands(listings: FakeListings, course: Course) -> bool:
    return dict(listings.listing.marks) == dict.fromkeys(shelves_of(course), terms_mark(course))


@pytest.mark.parametrize(("room", "steps"), [(99, 1), (10, 6)])
def test_sync_in_as_few_steps_as_there_is_room_for(room: int, steps: int) -> None:
    listings = FakeListings(COURSE, room=room)
    CatalogueIndexer(listings).sync("crs_1")
    assert stands(listings, COURSE)
    assert listings.steps == steps
    CatalogueIndexer(listings).sync("crs_1")
    assert listings.steps == steps


def test_sync_starts_again_when_others_were_faster() -> None:
    listings = FakeListings(COURSE)
    listings.interrupted = 3
    CatalogueIndexer(listings).sync("crs_1")
    assert stands(listings, COURSE)


def test_course_read_before_a_change_already_synchronised_undoes_nothing() -> None:
    stale, fresh = replace(COURSE, title="Old title", version=2), COURSE
    listings = FakeListings(fresh)
    CatalogueIndexer(listings).sync("crs_1")
    listings._seen = [stale, fresh]
    CatalogueIndexer(listings).sync("crs_1")
    assert stands(listings, fresh)


def test_sync_gives_up_after_a_bounded_number_of_tries() -> None:
    listings = FakeListings(COURSE)
    listings.interrupted = 10_000
    with pytest.raises(TemporarilyUnavailable):
        CatalogueIndexer(listings).sync("crs_1")
    assert listings.interrupted > 9_000


def test_course_that_is_gone_is_left_alone() -> None:
    listings = FakeListings(None)
    CatalogueIndexer(listings).sync("crs_1")
    assert listings.steps == 0
