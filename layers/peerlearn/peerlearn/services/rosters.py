"""Rosters: all who hold a seat in a course or wait for one, for work that must leave nobody out.

The roster is read from an index, which may lag in both directions at once: it may show a
learner who has just left, and not show one who has just come. So each learner in it is looked up by a consistent read,
and counted against the seats.

It is read in pages, in the order in which the learners came. A learner who comes while it is read
is at its end, and so is one whom the index shows late, unless it lags for longer than the reading takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from peerlearn.domain.courses import Seats
from peerlearn.domain.jobs import NotAllShown


class Members(Protocol):
    """The store of rosters; see `peerlearn.persistence.rosters`."""

    def seats(self, course_id: str) -> Seats | None: ...
    def seat_holders(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]: ...
    def waiters(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]: ...
    def with_seat(self, course_id: str, learner_ids: Sequence[str]) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class RosterPage:
    """Some of a course's learners.

    Attributes
    ----------
    learner_ids: sequence of str
    place: str or None
        Where the next page begins; None behind the last one.
    counted: int
        How many there were up to here.
    """

    learner_ids: Sequence[str]
    place: str | None
    counted: int


class Rosters:
    """Complete rosters, page by page, or none."""

    def __init__(self, store: Members) -> None:
        self._store = store

    def holders(self, seats: Seats, place: str, counted: int, limit: int) -> RosterPage:
        """Return those who hold one of the seats.

        Parameters
        ----------
        seats: Seats
            As they were read just now.
        place, counted
            Of the page before; at the beginning empty and 0.
        limit: int
            How many entries of the roster to read; some of those may hold no seat any more.

        Raises
        ------
        NotAllShown
            Behind the last page there are fewer than seats are taken.
        """
        shown, following = self._store.seat_holders(seats.course_id, place, limit)
        holders = self._store.with_seat(seats.course_id, shown)
        counted += len(holders)
        if following is None and counted < seats.taken:
            raise NotAllShown
        return RosterPage(holders, following, counted)

    def waiters(self, seats: Seats, place: str, limit: int) -> RosterPage:
        """Return those who wait, in the order of the line, which is read from the table itself."""
        if not seats.waitlist_length and not place:
            return RosterPage((), None, 0)
        waiting, following = self._store.waiters(seats.course_id, place, limit)
        return RosterPage(waiting, following, len(waiting))
