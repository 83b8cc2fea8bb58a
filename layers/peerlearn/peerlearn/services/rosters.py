"""Who holds a seat in a course, or waits for one, for those who must leave nobody out.

The roster is read from an index, which may lag in both directions at once: it may show who has just left, and not show
who has just come. So whoever it shows is looked at by a consistent read, and counted against the seats.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from peerlearn.domain.courses import Seats
from peerlearn.domain.errors import TemporarilyUnavailable


class Members(Protocol):
    """What a roster needs of the store; see `peerlearn.persistence.enrollments`."""

    def seats(self, course_id: str) -> Seats | None: ...
    def seat_holders(self, course_id: str) -> list[str]: ...
    def waiters(self, course_id: str) -> list[str]: ...
    def with_seat(self, course_id: str, learner_ids: Sequence[str]) -> list[str]: ...


class Rosters:
    """Complete rosters, or none."""

    def __init__(self, store: Members) -> None:
        self._store = store

    def members_and_waiters(self, course_id: str) -> list[str]:
        """Return everybody who holds a seat, then who waits for one; nobody where there is no such course.

        Raises
        ------
        TemporarilyUnavailable
            The index does not show all of them yet.
        """
        seats = self._store.seats(course_id)
        if seats is None:
            return []
        waiters = self._store.waiters(course_id) if seats.waitlist_length else []
        return [*self.holders_of(seats), *waiters]

    def holders_of(self, seats: Seats) -> list[str]:
        """Everybody who holds one of these seats, as they were read.

        Raises
        ------
        TemporarilyUnavailable
            The index does not show all of them yet.
        """
        shown = self._store.seat_holders(seats.course_id)
        holders = self._store.with_seat(seats.course_id, shown)
        if len(holders) < seats.taken:
            raise TemporarilyUnavailable
        return holders
