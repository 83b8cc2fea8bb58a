"""Which shelf answers what, and how synchronising holds against others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from peerlearn.domain.catalogue import Filters, Sort, groups_of, places_of, title_key
from peerlearn.domain.courses import Course, CourseListing, CoursePage, CourseStatus, Kind, Level, Seats, Tutor
from peerlearn.domain.errors import TemporarilyUnavailable, ValidationFailed
from peerlearn.domain.facets import Facets
from peerlearn.domain.listings import Listing, ListingStep
from peerlearn.domain.numbers import Numbers
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.services.catalogue import CatalogueIndexer, CatalogueService
from peerlearn.services.searching import Search

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


NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class FakeShelves:
    """A catalogue in memory; remembers what it was asked, and how many cards, seats and titles were looked at."""

    def __init__(self, courses: Sequence[Course] = (), full: Iterable[int] = ()) -> None:
        self._courses = {course.number or 0: course for course in courses}
        self._full = set(full)
        self.asked: list[tuple[str, ...]] = []
        self.cards_read = self.seats_read = self.titles_read = 0

    def shelf_page(self, shelf: str, wanted: PageRequest) -> PageResult[CourseListing]:
        self.asked.append(("shelf", shelf))
        return PageResult((), 7)

    def facets(self) -> Facets:
        return Facets((), (), ())

    def in_common(self, groups: Sequence[str]) -> Numbers:
        self.asked.append(tuple(groups))
        return Numbers.of(number for number, course in self._courses.items() if set(groups) <= groups_of(course))

    def starts(self, first: datetime | None, last: datetime | None) -> Iterator[tuple[datetime, int]]:
        timed = sorted((course.starts_at, number) for number, course in self._courses.items() if course.starts_at)
        return ((at, number) for at, number in timed if (not first or first <= at) and (not last or at <= last))

    def titles(self, after: tuple[str, int] | None) -> Iterator[tuple[str, int]]:
        for one in sorted((title_key(course.title), number) for number, course in self._courses.items()):
            if after is None or one > after:
                self.titles_read += 1
                yield one

    def cards(self, numbers: Sequence[int]) -> dict[int, Course]:
        self.cards_read += len(numbers)
        return {number: self._courses[number] for number in numbers}

    def with_seats(self, courses: dict[int, Course]) -> dict[int, CourseListing]:
        self.seats_read += len(courses)
        return {number: CourseListing(course, self._seats(number)) for number, course in courses.items()}

    def _seats(self, number: int) -> Seats:
        course = self._courses[number]
        taken = 5 if number in self._full else 0
        return Seats(course.course_id, 5, taken, 0, 0, 0, course.status, course.kind, course.starts_at, course.ends_at)

    def page(self, course_id: str) -> CoursePage | None:
        return None


def browse(shelves: FakeShelves, filters: Filters, wanted: PageRequest | None = None) -> PageResult[CourseListing]:
    return CatalogueService(shelves, shelves, lambda: NOW).browse(filters, wanted or PageRequest())


@pytest.mark.parametrize(
    ("filters", "asked"),
    [
        (Filters(), [("shelf", "all")]),
        (Filters(subject="Music", level="beginner"), [("shelf", "level=beginner&subject=music")]),
        (Filters(query="Rook"), [("word=rook",)]),
        (Filters(query="mathematically"), [("word=mathematically",)]),
        (Filters(level="beginner", query="the Rook"), [("word=rook", "word=the", "level=beginner")]),
        (Filters(tutor="u", sort=Sort.TITLE), [("tutor=u",)]),
        (Filters(available=True), [("all",)]),
        (Filters(starts_from=NOW), [("all",)]),
        (Filters(query="?"), []),
    ],
)
def test_newest_of_a_shelf_is_a_page_of_it_and_anything_else_a_search(
    filters: Filters, asked: list[tuple[str, ...]]
) -> None:
    shelves = FakeShelves()
    browse(shelves, filters)
    assert shelves.asked == asked


@pytest.mark.parametrize(("wanted", "asked"), [(PageRequest(8), "shelf"), (PageRequest(9), "all")])
def test_far_page_of_a_shelf_is_a_search(wanted: PageRequest, asked: str) -> None:
    shelves = FakeShelves()
    browse(shelves, Filters(), wanted)
    assert shelves.asked[0][0] == asked


def test_page_by_cursor_is_of_the_shelf_however_far() -> None:
    shelves = FakeShelves()
    browse(shelves, Filters(), PageRequest(50, 10, {"number": 7}))
    assert shelves.asked == [("shelf", "all")]


def many(count: int, **changes: Any) -> list[Course]:
    return [
        replace(COURSE, course_id=f"crs_{number}", number=number, title=f"Rook {number % 10}", **changes)
        for number in range(1, count + 1)
    ]


def test_search_looks_at_no_more_courses_than_it_shows() -> None:
    shelves = FakeShelves(many(1000))
    result = browse(shelves, Filters(query="rook end"))
    assert (result.total, len(result.entries)) == (0, 0)
    result = browse(shelves, Filters(query="rook ada"))
    assert (result.total, len(result.entries)) == (1000, 10)
    assert (shelves.cards_read, shelves.seats_read) == (10, 10)


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("query", [None, "rook", "rook 3"])
@pytest.mark.parametrize("available", [False, True])
@pytest.mark.parametrize("starts_to", [None, NOW + timedelta(days=200)])
@pytest.mark.parametrize("count", [30, 110])
def test_cursor_walks_through_all_that_is_found(
    sort: Sort, query: str | None, *, available: bool, starts_to: datetime | None, count: int
) -> None:
    courses = many(count)
    for number in range(0, count, 3):
        courses[number] = replace(courses[number], starts_at=NOW + timedelta(days=7 * number % 50))
    full = {number for number in range(1, count + 1) if number % 4 == 0}
    shelves = FakeShelves(courses, full)
    filters = Filters(query=query, sort=sort, available=available, starts_to=starts_to, subject="games")
    expected = [
        course
        for course in courses
        if (query is None or query in course.title.lower())
        and not (available and course.number in full)
        and (starts_to is None or (course.starts_at and course.starts_at <= starts_to))
    ]
    seen: list[CourseListing] = []
    after = None
    while True:
        result = Search(shelves, filters, NOW).page(PageRequest(1, 7, after))
        seen += result.entries
        after = result.next
        if after is None:
            break
    assert [one.course for one in seen] == sorted(expected, key=lambda course: in_order(sort, course))
    if not available:
        assert result.total == len(expected)


def in_order(sort: Sort, course: Course) -> Any:
    number = course.number or 0
    if sort is Sort.TITLE:
        return title_key(course.title), number
    if sort is Sort.STARTS:
        return (0, course.starts_at, number) if course.starts_at else (1, NOW, -number)
    return -number


def test_pages_by_number_are_those_by_cursor() -> None:
    shelves = FakeShelves(many(60))
    for filters in (Filters(query="rook", sort=Sort.TITLE), Filters(sort=Sort.TITLE, available=True)):
        first = browse(shelves, filters, PageRequest(1, 7))
        second = browse(shelves, filters, PageRequest(2, 7))
        assert second.entries == browse(shelves, filters, PageRequest(2, 7, first.next)).entries
        assert len(second.entries) == 7


def test_few_courses_with_free_seats_are_counted() -> None:
    shelves = FakeShelves(many(40), full=range(1, 31))
    result = browse(shelves, Filters(available=True), PageRequest(2, 4))
    assert (result.total, [one.course.number for one in result.entries]) == (10, [36, 35, 34, 33])


def test_search_for_free_seats_looks_at_a_hundred_courses_at_most() -> None:
    shelves = FakeShelves(many(500), full=range(1, 490))
    result = browse(shelves, Filters(available=True))
    assert [one.course.number for one in result.entries] == [500, 499, 498, 497, 496, 495, 494, 493, 492, 491]
    assert shelves.seats_read <= 110
    result = browse(shelves, Filters(available=True), PageRequest(2, 10, result.next))
    assert [one.course.number for one in result.entries] == [490]
    assert result.next
    assert shelves.seats_read <= 220


def test_page_beyond_the_seats_that_are_looked_at_is_refused() -> None:
    shelves = FakeShelves(many(500), full=range(1, 490))
    with pytest.raises(ValidationFailed) as refused:
        browse(shelves, Filters(available=True), PageRequest(3))
    assert [problem["field"] for problem in refused.value.details["fields"]] == ["page"]


@pytest.mark.parametrize("changes", [{"ends_at": NOW}, {"ends_at": NOW - timedelta(hours=1)}])
def test_course_that_is_over_is_not_available(changes: dict[str, datetime]) -> None:
    shelves = FakeShelves(many(3, starts_at=NOW - timedelta(days=1), **changes))
    assert browse(shelves, Filters(available=True)).total == 0
    assert browse(shelves, Filters(query="rook")).total == 3


def test_titles_of_a_few_among_many_are_not_looked_for_in_all() -> None:
    courses = many(4000)
    for number in range(45):
        courses[number * 80] = replace(courses[number * 80], title="Rook endings")
    shelves = FakeShelves(courses)
    result = browse(shelves, Filters(query="end", sort=Sort.TITLE))
    assert [one.course.number for one in result.entries] == [1 + 80 * number for number in range(10)]
    assert shelves.titles_read <= 40 * 45
    assert shelves.cards_read <= 45


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
        self.listing = step.taken_from(listing, course)
        self.steps += 1
        return self.listing


def stands(listings: FakeListings, course: Course) -> bool:
    return dict(listings.listing.marks) == places_of(course)


@pytest.mark.parametrize(("room", "steps"), [(99, 1), (10, 5)])
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
