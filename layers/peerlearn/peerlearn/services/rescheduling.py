"""A session that moves takes its time in every booked learner's schedule along."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.courses import Kind, Seats
from peerlearn.domain.enrollments import Slot
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.jobs import CHUNK, Cursor, Step
from peerlearn.services.jobs import in_one_go
from peerlearn.services.rosters import Members, Rosters

# A session that is moved again while its learners are told of the last move is gone through again.
TRIES_MAX = 5


class Schedules(Members, Protocol):
    """The store of rescheduling; see `peerlearn.persistence.rosters`."""

    def without_slot(self, learner_ids: Sequence[str], slot: Slot) -> list[str]: ...
    def move_slot(self, learner_id: str, slot: Slot, token: str) -> bool: ...


class ReschedulingService:
    """Brings schedules in line with a session's present time, however late or often it is told to."""

    def __init__(self, store: Schedules, chunk: int = CHUNK) -> None:
        self._store = store
        self._rosters = Rosters(store)
        self._chunk = chunk

    def reschedule(self, course_id: str) -> int:
        """Set the session's present time in the schedule of everyone who holds a seat.

        Returns
        -------
        int
            How many schedules changed.

        Raises
        ------
        TemporarilyUnavailable
            The roster's index does not show all of them yet, or the session keeps moving.
        """
        return in_one_go(partial(self.carry_on, course_id))

    def carry_on(self, course_id: str, cursor: Cursor) -> Step:
        """Do the same for the next chunk of the roster. A session that moves again meanwhile is a job of its own.

        Raises
        ------
        TemporarilyUnavailable
            As above: the task must come again.
        """
        moved = 0
        for _ in range(TRIES_MAX):
            seats = self._store.seats(course_id)
            slot = _slot_of(seats)
            if seats is None or slot is None:
                return Step(None, changed=moved)
            page = self._rosters.holders(seats, cursor.place, cursor.counted, self._chunk)
            for learner_id in self._store.without_slot(page.learner_ids, slot):
                moved += self._store.move_slot(learner_id, slot, str(uuid4()))
            # Moved again meanwhile: schedules may have got a time that no longer holds.
            if _slot_of(self._store.seats(course_id)) == slot:
                return Step(page.place, page.counted, moved)
        raise TemporarilyUnavailable


def _slot_of(seats: Seats | None) -> Slot | None:
    if seats is None or seats.kind is not Kind.SESSION or seats.starts_at is None or seats.ends_at is None:
        return None
    return Slot(seats.course_id, seats.starts_at, seats.ends_at)
