"""A session that moves takes its time in every booked learner's schedule along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.courses import Kind, Seats
from peerlearn.domain.enrollments import Slot
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.services.rosters import Members, Rosters

# A session that is moved again while its learners are told of the last move is gone through again.
TRIES_MAX = 5


class Schedules(Members, Protocol):
    """What rescheduling needs of the store; see `peerlearn.persistence.enrollments`."""

    def without_slot(self, learner_ids: Sequence[str], slot: Slot) -> list[str]: ...
    def move_slot(self, learner_id: str, slot: Slot, token: str) -> bool: ...


class ReschedulingService:
    """Brings schedules in line with a session's present time, however late or often it is told to."""

    def __init__(self, store: Schedules) -> None:
        self._store = store
        self._rosters = Rosters(store)

    def reschedule(self, course_id: str) -> int:
        """Set the session's present time in the schedule of everyone who holds a seat.

        Returns
        -------
        int
            How many schedules changed.

        Raises
        ------
        TemporarilyUnavailable
            The roster's index does not show all of them yet, or the session keeps moving: the record must come again.
        """
        moved = 0
        for _ in range(TRIES_MAX):
            seats = self._store.seats(course_id)
            slot = _slot_of(seats)
            if seats is None or slot is None:
                return moved
            learners = self._rosters.holders_of(seats)
            for learner_id in self._store.without_slot(learners, slot):
                moved += self._store.move_slot(learner_id, slot, str(uuid4()))
            # Moved again meanwhile: schedules may have got a time that no longer holds.
            if _slot_of(self._store.seats(course_id)) == slot:
                return moved
        raise TemporarilyUnavailable


def _slot_of(seats: Seats | None) -> Slot | None:
    if seats is None or seats.kind is not Kind.SESSION or seats.starts_at is None or seats.ends_at is None:
        return None
    return Slot(seats.course_id, seats.starts_at, seats.ends_at)
