"""Reading the catalogue, and keeping it in line with the courses."""

from __future__ import annotations

from typing import Protocol
from uuid import uuid4

from peerlearn.domain.access import require_course
from peerlearn.domain.catalogue import Filters
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import Course, CourseListing, CoursePage
from peerlearn.domain.errors import CourseNotFound, TemporarilyUnavailable
from peerlearn.domain.facets import Facets
from peerlearn.domain.listings import Listing, ListingStep, next_step
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.users import Principal
from peerlearn.services.searching import Groups, Search

# How often a course may turn out to have been changed by others before its synchronisation is left to a later try.
_TRIES_MAX = 8
# By page number the entries before a page are read again: up to here they cost less than a search.
_NEAR_PAGES = 8


class Shelves(Groups, Protocol):
    """The catalogue's store for reading; see `peerlearn.persistence.catalogue`."""

    def shelf_page(self, shelf: str, wanted: PageRequest) -> PageResult[CourseListing]: ...
    def facets(self) -> Facets: ...


class CoursePages(Protocol):
    def page(self, course_id: str) -> CoursePage | None: ...


class Listings(Protocol):
    """The catalogue's store for synchronising; see `peerlearn.persistence.listings`."""

    room: int

    def standing(self, course_id: str) -> tuple[Course | None, Listing]: ...
    def take(self, course: Course, listing: Listing, step: ListingStep, token: str) -> Listing | None: ...


class CatalogueService:
    """The public catalogue."""

    def __init__(self, shelves: Shelves, courses: CoursePages, clock: Clock = utc_now) -> None:
        self._shelves = shelves
        self._courses = courses
        self._clock = clock

    def browse(self, filters: Filters, wanted: PageRequest) -> PageResult[CourseListing]:
        """Return a page of the published courses that the filters find, and how many there are.

        A list that one shelf answers takes a page of it: the newest courses, of some facets. All others are searches.

        Raises
        ------
        ValidationFailed
            The page is further than seats are looked at.
        """
        if filters.matches_nothing:
            return PageResult((), 0)
        if filters.is_one_shelf and (wanted.after or wanted.number <= _NEAR_PAGES):
            return self._shelves.shelf_page(filters.shelf, wanted)
        return Search(self._shelves, filters, self._clock()).page(wanted)

    def facets(self) -> Facets:
        """Return the subjects, levels and tutors of the published courses, and how many courses each has."""
        return self._shelves.facets()

    def course(self, course_id: str, viewer: Principal | None) -> CoursePage:
        """Return one course with its modules and a summary of each assessment.

        Raises
        ------
        CourseNotFound
            There is none, or it is a draft of somebody else's.
        """
        page = self._courses.page(course_id)
        if page is None:
            raise CourseNotFound
        require_course(page.course, viewer)
        return page


class CatalogueIndexer:
    """Brings the catalogue in line with a course, from whatever state an earlier try left it in."""

    def __init__(self, listings: Listings) -> None:
        self._listings = listings

    def sync(self, course_id: str) -> None:
        """Put the course on the shelves that it belongs on at present, and take it from all others.

        Every step is one transaction that also records it: to call this twice, at once from two places, or again after
        being cut off, changes nothing that is already right.

        Raises
        ------
        TemporarilyUnavailable
            The course kept changing, or the store is busy.
        """
        for _ in range(_TRIES_MAX):
            course, listing = self._listings.standing(course_id)
            if course is None:
                return
            # Read before the change that somebody has synchronised already: look again.
            if course.version >= listing.course_version and self._carried_through(course, listing):
                return
        raise TemporarilyUnavailable

    def _carried_through(self, course: Course, listing: Listing) -> bool:
        while step := next_step(course, listing, self._listings.room):
            taken = self._listings.take(course, listing, step, str(uuid4()))
            if taken is None:
                return False
            listing = taken
        return True
