"""Telling a whole course, however many learners it has: chunk by chunk, each of them at least once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from peerlearn.domain.events import Event
from peerlearn.domain.jobs import CHUNK, Cursor, Step
from peerlearn.domain.realtime import Refusal
from peerlearn.services.notifications import Delivered
from peerlearn.services.rosters import Members, Rosters

_WAITERS, _HOLDERS = "waiters", "holders"


class Teller(Protocol):
    """See `peerlearn.services.notifications`."""

    def deliver(self, batch: Mapping[str, Sequence[Event]]) -> Delivered: ...


@dataclass(frozen=True, slots=True)
class Told:
    """The outcome of telling some learners.

    Attributes
    ----------
    number: int
        How many were to be told.
    failures: mapping
        Why a learner could not be told on one of their devices, by the learner's id. They are told once more, alone.
    refusals: sequence of Refusal
        The pushes that no try can bring to one connection.
    """

    number: int
    failures: Mapping[str, BaseException]
    refusals: Sequence[Refusal]


class Announcer:
    """Tells who waits for a seat, then who holds one: a waiter who gets a seat meanwhile is at the roster's end."""

    def __init__(self, members: Members, teller: Teller, chunk: int = CHUNK) -> None:
        self._members = members
        self._rosters = Rosters(members)
        self._teller = teller
        self._chunk = chunk

    def carry_on(self, event: Event, cursor: Cursor) -> tuple[Step, Told]:
        """Tell the next chunk of the learners of the event's course.

        Raises
        ------
        TemporarilyUnavailable
            The roster's index does not show all of them yet: the task must come again.
        """
        learners, step = self._next(str(event.course_id), cursor)
        return step, self.tell(event, learners)

    def tell(self, event: Event, learner_ids: Sequence[str]) -> Told:
        """Tell these learners."""
        # Each under their own name, so that one who cannot be told keeps nobody else back.
        batch = {one: [replace(event, receivers=(one,), course_id=None)] for one in learner_ids}
        done = self._teller.deliver(batch)
        return Told(len(batch), done.failures, done.refusals)

    def _next(self, course_id: str, cursor: Cursor) -> tuple[list[str], Step]:
        seats = self._members.seats(course_id)
        if seats is None:
            return [], Step(None)
        learners: list[str] = []
        group, _, place = cursor.place.partition(":")
        if group != _HOLDERS:
            waiting = self._rosters.waiters(seats, place, self._chunk)
            learners += waiting.learner_ids
            if waiting.place is not None:
                return learners, Step(f"{_WAITERS}:{waiting.place}")
            place = ""
        room = self._chunk - len(learners)
        if room < 1:
            return learners, Step(f"{_HOLDERS}:")
        page = self._rosters.holders(seats, place, cursor.counted, room)
        following = None if page.place is None else f"{_HOLDERS}:{page.place}"
        return [*learners, *page.learner_ids], Step(following, page.counted)
