"""The catalogue: the places of a published course in it, and the filters of a reader.

    shelf    a combination of facets, `level=beginner&subject=history`; a course is on the 8 of {subject, level, tutor}
    group    the courses that have one thing in common: a facet, a beginning of a word, a time at which they begin

A shelf has an entry for each course, with all that a list shows of it, newest first, and their number: a page of it
costs the same at any size. Of a group only the courses' numbers are kept: several filters together find the
courses that their groups have in common, so that a total is exact without a look at the courses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain, combinations
from urllib.parse import quote

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course, CourseStatus
from peerlearn.domain.directory import directory_text
from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.text import folded
from peerlearn.domain.users import FORMER_TUTOR
from peerlearn.domain.words import beginnings_of, begins_with, searched_words, wanted_words

# A shelf's name becomes a key, and a key has at most 2,048 bytes: longer values are replaced by their digest.
_VALUE_MAX_LENGTH = 200
# The shelf without facets, and the group of all courses: no key is empty.
EVERYTHING = "all"
# The group of the courses that begin at a time.
SCHEDULED = "scheduled"


class Sort(StrEnum):
    """Orders of the catalogue: newest first; earliest first, and behind them those without a time; by title."""

    NEWEST = "newest"
    STARTS = "starts"
    TITLE = "title"


class PlaceKind(StrEnum):
    """The kinds of places of a course."""

    ENTRY = "entry"
    CARD = "card"
    MEMBER = "member"
    TITLE = "title"
    START = "start"
    FACET = "facet"


def shelf(*, subject: str | None = None, level: str | None = None, tutor: str | None = None) -> str:
    """Return a shelf's name: the given facets in one order, percent-encoded. Case makes no other subject."""
    facets = {"level": level, "subject": subject and folded(subject), "tutor": tutor}
    return "&".join(_named(name, value) for name, value in facets.items() if value is not None) or EVERYTHING


def word_group(beginning: str) -> str:
    """Return the name of the group of the courses that a search for this beginning of a word finds."""
    return _named("word", beginning)


def places_of(course: Course) -> dict[str, str]:
    """Return every place of the course, none unless it is published, and a mark of what is written at each."""
    if course.status is not CourseStatus.PUBLISHED:
        return {}
    mark = card_mark(course)
    facets = {"subject": course.subject, "level": course.level.value, "tutor": course.tutor.user_id}
    places = {place(PlaceKind.ENTRY, shelf(**chosen)): mark for chosen in _combinations(facets)}
    places[place(PlaceKind.CARD)] = mark
    places |= {place(PlaceKind.MEMBER, name): "" for name in groups_of(course)}
    places[place(PlaceKind.TITLE, title_key(course.title))] = ""
    places |= {place(PlaceKind.FACET, name): _digest(str(shown)) for name, shown in facet_values(course).items()}
    if course.starts_at is not None:
        places[place(PlaceKind.START, to_rfc3339(course.starts_at))] = ""
    return places


def place(kind: PlaceKind, name: str = "") -> str:
    """Return a place by its kind and the name that it has among those of its kind."""
    return f"{kind}/{name}"


def kind_and_name(place_: str) -> tuple[PlaceKind, str]:
    """Return the kind of a place and its name."""
    kind, _, name = place_.partition("/")
    return PlaceKind(kind), name


def groups_of(course: Course) -> frozenset[str]:
    """Return the groups of a published course."""
    beginnings = {beginning for word in words_of(course) for beginning in beginnings_of(word)}
    facets = (shelf(subject=course.subject), shelf(level=course.level.value), shelf(tutor=course.tutor.user_id))
    scheduled = (SCHEDULED,) if course.starts_at is not None else ()
    return frozenset([EVERYTHING, *facets, *scheduled, *map(word_group, beginnings)])


def facet_values(course: Course) -> dict[str, tuple[str, str | None]]:
    """Return the facets of a published course: for each its value, and for a tutor the name; none for a former one."""
    values: dict[str, tuple[str, str | None]] = {
        shelf(subject=course.subject): (course.subject, None),
        shelf(level=course.level.value): (course.level.value, None),
    }
    tutor = course.tutor
    return values | ({shelf(tutor=tutor.user_id): (tutor.user_id, tutor.name)} if tutor.name != FORMER_TUTOR else {})


def words_of(course: Course) -> tuple[str, ...]:
    """Return the words by which a search finds the course."""
    tutor = course.tutor.name if course.tutor.name != FORMER_TUTOR else ""
    return searched_words(f"{course.title}\n{course.subject}\n{tutor}")


def title_key(title: str) -> str:
    """Return a title as titles are ordered: without regard to case and accents, by its first 100 characters."""
    return directory_text(title)


def card_mark(course: Course) -> str:
    """Tell apart what lists show of two courses, or of one before and after a change."""
    times = (moment and to_rfc3339(moment) for moment in (course.starts_at, course.ends_at))
    tutor = (course.tutor.user_id, course.tutor.name)
    shown = (course.title, course.description, course.subject, course.level, course.kind, *tutor, *times)
    return _digest("\0".join(str(one) for one in shown))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _combinations(facets: Mapping[str, str]) -> Iterable[dict[str, str]]:
    sizes = range(len(facets) + 1)
    return (dict(chosen) for chosen in chain.from_iterable(combinations(facets.items(), size) for size in sizes))


def _named(name: str, value: str) -> str:
    encoded = quote(value, safe="", errors="replace")
    # An encoded value never has an asterisk, so a digest cannot be mistaken for one.
    short = encoded if len(encoded) <= _VALUE_MAX_LENGTH else "*" + hashlib.sha256(encoded.encode()).hexdigest()
    return f"{name}={short}"


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of a reader of the catalogue, all of which hold, and an order; `query` matches beginnings of words."""

    subject: str | None = None
    level: str | None = None
    tutor: str | None = None
    query: str | None = None
    starts_from: datetime | None = None
    starts_to: datetime | None = None
    available: bool = False
    sort: Sort = Sort.NEWEST

    def require_order(self) -> Filters:
        """Return the filters, unless nothing can begin between their times.

        Raises
        ------
        ValidationFailed
        """
        if self.starts_from and self.starts_to and self.starts_from > self.starts_to:
            raise ValidationFailed(("startsTo", Problem(Rule.NOT_AFTER, "must not be before startsFrom")))
        return self

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words that are searched for, without those that are found wherever another one is."""
        wanted = wanted_words(self.query or "")
        return tuple(word for word in wanted if not any(begins_with(other, word) for other in wanted if other != word))

    @property
    def matches_nothing(self) -> bool:
        """A search for something that no course's word can be, such as `???`."""
        return bool(self.query and self.query.strip()) and not self.words

    @property
    def shelf(self) -> str:
        """Return the shelf of the facets."""
        return shelf(subject=self.subject, level=self.level, tutor=self.tutor)

    @property
    def is_one_shelf(self) -> bool:
        """Return whether the courses that are found are all those of the shelf, in its order."""
        return not (self.words or self.has_range or self.available) and self.sort is Sort.NEWEST

    @property
    def has_range(self) -> bool:
        """Return whether only courses that begin at certain times are asked for."""
        return self.starts_from is not None or self.starts_to is not None

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the groups that have exactly those courses in common that are found, apart from time and seats.

        The longest word comes first: as a rule it is the rarest.
        """
        facets = {"subject": self.subject, "level": self.level, "tutor": self.tutor}
        given = [shelf(**{name: value}) for name, value in facets.items() if value is not None]
        words = sorted(self.words, key=len, reverse=True)
        return (*map(word_group, words), *given) or (EVERYTHING,)
