"""The catalogue: which shelves a published course is on, and which shelf answers a question.

A shelf is one combination of facets with a value for each, such as `level=beginner&subject=history`, or one beginning
of a word: `word=hist`. A course is on the 8 combinations of {subject, level, tutor}, and on each beginning, up to
12 characters, of each word of its title, its subject and its tutor's name. So every filter is one shelf and so is a
search for one word; its total is that shelf's counter, and neither grows dearer with the catalogue. Each entry has its
course's terms: of a search for more, the smallest shelf that it concerns is read, and compared by them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from urllib.parse import quote

from peerlearn.domain.courses import Course, CourseStatus
from peerlearn.domain.text import folded
from peerlearn.domain.users import FORMER_TUTOR
from peerlearn.domain.words import BEGINNING_MAX_LENGTH, beginnings_of, begins_with, searched_words, wanted_words

# A shelf's name becomes a key, and a key has at most 2,048 bytes: longer values are replaced by their digest.
_VALUE_MAX_LENGTH = 200
# The shelf without facets: the name of an attribute in a listing cannot be empty.
_EVERYTHING = "all"


def shelf(
    *, subject: str | None = None, level: str | None = None, tutor: str | None = None, word: str | None = None
) -> str:
    """The shelf's name: the given facets in one order, percent-encoded. Subjects compare without regard to case."""
    facets = {"level": level, "subject": subject and folded(subject), "tutor": tutor, "word": word}
    return "&".join(f"{name}={_encoded(value)}" for name, value in facets.items() if value is not None) or _EVERYTHING


def shelves_of(course: Course) -> frozenset[str]:
    """Every shelf the course belongs on at present; none unless it is published."""
    if course.status is not CourseStatus.PUBLISHED:
        return frozenset()
    facets = {"subject": course.subject, "level": course.level.value, "tutor": course.tutor.user_id}
    beginnings = {beginning for word in words_of(course) for beginning in beginnings_of(word)}
    return frozenset(
        [shelf(**chosen) for chosen in _combinations(facets)] + [shelf(word=beginning) for beginning in beginnings]
    )


def words_of(course: Course) -> tuple[str, ...]:
    """Return the words by which a search finds the course."""
    tutor = course.tutor.name if course.tutor.name != FORMER_TUTOR else ""
    return searched_words(f"{course.title}\n{course.subject}\n{tutor}")


def terms_of(course: Course) -> str:
    """Return what a search compares: the course's words and facets, with a space around each."""
    facets = _terms_of_facets(course.subject, course.level.value, course.tutor.user_id)
    return f" {' '.join((*words_of(course), *facets))} "


def _terms_of_facets(subject: str | None, level: str | None, tutor: str | None) -> list[str]:
    facets = {"subject": subject, "level": level, "tutor": tutor}
    # No word has a `=`: a facet is none.
    return [f"={shelf(**{name: value})}" for name, value in facets.items() if value is not None]


def _combinations(facets: Mapping[str, str]) -> Iterable[dict[str, str]]:
    sizes = range(len(facets) + 1)
    return (dict(chosen) for chosen in chain.from_iterable(combinations(facets.items(), size) for size in sizes))


def _encoded(value: str) -> str:
    encoded = quote(value, safe="", errors="replace")
    # An encoded value never has an asterisk, so a digest cannot be mistaken for one.
    return encoded if len(encoded) <= _VALUE_MAX_LENGTH else "*" + hashlib.sha256(encoded.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a reader of the catalogue; they combine. `query` matches beginnings of words, all of them."""

    subject: str | None = None
    level: str | None = None
    tutor: str | None = None
    query: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        return wanted_words(self.query or "")

    @property
    def matches_nothing(self) -> bool:
        """A search for something that no course's word can be, such as `???`."""
        return bool(self.query and self.query.strip()) and not self.words

    @property
    def shelves(self) -> tuple[str, ...]:
        """Return the shelves that each have every course found."""
        facets = shelf(subject=self.subject, level=self.level, tutor=self.tutor)
        beginnings = tuple(shelf(word=word[:BEGINNING_MAX_LENGTH]) for word in self.words)
        return beginnings if facets == _EVERYTHING and beginnings else (facets, *beginnings)

    @property
    def is_one_shelf(self) -> bool:
        """Return whether the courses that are found are all those of the one shelf."""
        return len(self.shelves) == 1 and all(len(word) <= BEGINNING_MAX_LENGTH for word in self.words)

    @property
    def parts(self) -> tuple[str, ...]:
        """Parts that the terms of a course have which is found; of those with all of them some are not found."""
        facets = _terms_of_facets(self.subject, self.level, self.tutor)
        return (*(f" {facet} " for facet in facets), *(f" {word}" for word in self.words))

    def find(self, terms: str) -> bool:
        """Return whether a course of these terms is found."""
        words = terms.split()
        return all(part in terms for part in self.parts) and all(
            any(begins_with(word, wanted) for word in words) for wanted in self.words
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a course is listed in the catalogue.

    Attributes
    ----------
    version: int
        Counts the changes of this record; 0 where there is none yet.
    course_version: int
        The newest version of the course that was looked at.
    marks: mapping of shelf to str
        For each shelf with an entry of this course, a mark of the course's terms as that entry has them.
    """

    version: int = 0
    course_version: int = 0
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListingStep:
    """A part of the way from where a course is listed to where it belongs; small enough for one transaction."""

    added: Sequence[str] = ()
    rewritten: Sequence[str] = ()
    removed: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.rewritten or self.removed)


def terms_mark(course: Course) -> str:
    """Tell apart the terms of two courses, or of one before and after a change."""
    return hashlib.sha256(terms_of(course).encode()).hexdigest()[:16]


def next_step(course: Course, listing: Listing, room: int) -> ListingStep:
    """Return what to do next to bring the catalogue in line with the course; empty when nothing is left.

    Parameters
    ----------
    room: int
        How many items the step may write. Adding or removing an entry writes two: the entry and its shelf's counter.
    """
    wanted, mark = shelves_of(course), terms_mark(course)
    added = sorted(wanted - listing.marks.keys())[: room // 2]
    room -= 2 * len(added)
    removed = sorted(listing.marks.keys() - wanted)[: room // 2]
    room -= 2 * len(removed)
    outdated = (name for name, found in listing.marks.items() if name in wanted and found != mark)
    return ListingStep(added, sorted(outdated)[: max(room, 0)], removed)
