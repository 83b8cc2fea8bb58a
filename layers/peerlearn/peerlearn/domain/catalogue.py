"""The catalogue: which shelves a published course stands on, and which shelf answers a question.

A shelf is one combination of facets with a value for each: `level=beginner&subject=history`. A course stands on the 8
combinations of {subject, level, tutor} and, for each distinct word of its title, on the 4 of {subject, level}. So every
filter is one shelf, its total is that shelf's counter, and neither grows dearer with the catalogue.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from urllib.parse import quote

from peerlearn.domain.courses import Course, CourseStatus
from peerlearn.domain.text import folded

# A shelf's name becomes a key, and a key has at most 2,048 bytes: longer values stand as their digest.
_VALUE_MAX_LENGTH = 200
# The shelf without facets: the name of an attribute in a listing cannot be empty.
_EVERYTHING = "all"


def words_of(text: str) -> tuple[str, ...]:
    """The distinct words of a title or a search: runs of letters and digits, whatever their case or encoding."""
    spaced = "".join(character if _is_of_word(character) else " " for character in folded(text))
    return tuple(dict.fromkeys(word for word in spaced.split() if any(map(str.isalnum, word))))


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
    by_tutor = {"subject": course.subject, "level": course.level.value, "tutor": course.tutor.user_id}
    by_word = {"subject": course.subject, "level": course.level.value}
    combined = [shelf(**facets) for facets in _combinations(by_tutor)]
    for word in words_of(course.title):
        combined += [shelf(**facets, word=word) for facets in _combinations(by_word)]
    return frozenset(combined)


def _combinations(facets: Mapping[str, str]) -> Iterable[dict[str, str]]:
    sizes = range(len(facets) + 1)
    return (dict(chosen) for chosen in chain.from_iterable(combinations(facets.items(), size) for size in sizes))


def _is_of_word(character: str) -> bool:
    # Vowel signs and accents of their own (category M) belong to the letter before them.
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _encoded(value: str) -> str:
    encoded = quote(value, safe="", errors="replace")
    # An encoded value never has an asterisk, so a digest cannot be mistaken for one.
    return encoded if len(encoded) <= _VALUE_MAX_LENGTH else "*" + hashlib.sha256(encoded.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader of the catalogue asks for; they combine. `query` matches words of the title, all of them."""

    subject: str | None = None
    level: str | None = None
    tutor: str | None = None
    query: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        return words_of(self.query or "")

    @property
    def matches_nothing(self) -> bool:
        """A search for something that no title's word can be, such as `???`."""
        return bool(self.query and self.query.strip()) and not self.words

    def shelf(self, word: str | None = None) -> str:
        """The shelf with these facets, and with that word."""
        return shelf(subject=self.subject, level=self.level, tutor=None if word else self.tutor, word=word)


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a course stands in the catalogue.

    Attributes
    ----------
    version: int
        Counts the changes of this record; 0 where there is none yet.
    course_version: int
        The newest version of the course that was looked at.
    marks: mapping of shelf to str
        For each shelf with an entry of this course, a mark of the title's words as that entry has them.
    """

    version: int = 0
    course_version: int = 0
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListingStep:
    """A part of the way from where a course stands to where it belongs; small enough for one transaction."""

    added: Sequence[str] = ()
    rewritten: Sequence[str] = ()
    removed: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.rewritten or self.removed)


def word_mark(course: Course) -> str:
    """Tells apart the word lists of two titles."""
    return hashlib.sha256(" ".join(words_of(course.title)).encode()).hexdigest()[:16]


def next_step(course: Course, listing: Listing, room: int) -> ListingStep:
    """What to do next to bring the catalogue in line with the course; empty when nothing is left.

    Parameters
    ----------
    room: int
        How many items the step may write. Adding or removing an entry writes two: the entry and its shelf's counter.
    """
    wanted, mark = shelves_of(course), word_mark(course)
    added = sorted(wanted - listing.marks.keys())[: room // 2]
    room -= 2 * len(added)
    removed = sorted(listing.marks.keys() - wanted)[: room // 2]
    room -= 2 * len(removed)
    outdated = (name for name, found in listing.marks.items() if name in wanted and found != mark)
    return ListingStep(added, sorted(outdated)[: max(room, 0)], removed)
