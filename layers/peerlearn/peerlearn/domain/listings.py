"""Listings: the present places of a course in the catalogue, and the way to those where it belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from peerlearn.domain.catalogue import PlaceKind, kind_and_name, places_of
from peerlearn.domain.courses import Course

_DATE = len("2026-01-01")


@dataclass(frozen=True, slots=True)
class Listing:
    """The places of a course in the catalogue.

    Attributes
    ----------
    version: int
        Counts the changes of this record; 0 where there is none yet.
    course_version: int
        The newest version of the course that was looked at.
    marks: mapping of place to str
        For each place of the course a mark of what is written there.
    """

    version: int = 0
    course_version: int = 0
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListingStep:
    """A part of the way to the places where a course belongs; small enough for one transaction.

    Attributes
    ----------
    added, rewritten: mapping of place to str
        The marks of places that are new, or at which something else is written from now on.
    removed: sequence of str
        Places that the course leaves.
    """

    added: Mapping[str, str] = field(default_factory=dict)
    rewritten: Mapping[str, str] = field(default_factory=dict)
    removed: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.rewritten or self.removed)

    def taken_from(self, listing: Listing, course: Course) -> Listing:
        """Return the listing after this step."""
        marks = {place: mark for place, mark in listing.marks.items() if place not in self.removed}
        return Listing(listing.version + 1, course.version, marks | dict(self.added) | dict(self.rewritten))


def next_step(course: Course, listing: Listing, room: int) -> ListingStep:
    """Return what to do next to bring the catalogue in line with the course; empty when nothing is left.

    Parameters
    ----------
    room: int
        How many items the step may write. To add or remove an entry writes two: the entry and a counter of its shelf.
    """
    wanted = places_of(course)
    added: dict[str, str] = {}
    rewritten: dict[str, str] = {}
    removed: list[str] = []
    days: set[str] = set()
    for place in sorted(wanted.keys() | listing.marks.keys()):
        was, becomes = listing.marks.get(place), wanted.get(place)
        kind, name = kind_and_name(place)
        if was == becomes or (kind is PlaceKind.START and name[:_DATE] in days):
            continue
        if kind is PlaceKind.START:
            # One item holds all times of a day, and a transaction writes it once: a second time is for the next step.
            days.add(name[:_DATE])
        room -= 2 if kind is PlaceKind.ENTRY and None in (was, becomes) else 1
        if room < 0:
            break
        if becomes is None:
            removed.append(place)
        elif was is None:
            added[place] = becomes
        else:
            rewritten[place] = becomes
    return ListingStep(added, rewritten, removed)
