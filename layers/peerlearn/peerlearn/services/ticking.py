"""The tick: once a minute, what is due goes to the queue of jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.deadline import remaining
from peerlearn.domain.jobs import JobKind
from peerlearn.domain.reminders import DUE_KEPT, Due, minute_of, minutes_between, next_minute
from peerlearn.domain.tasks import Posting

# A minute that is begun is read and handed on within this; the rest is for the next tick.
_MINUTE_SECONDS = 15.0
# A due item is one job, in whichever minutes it stands and however often it is handed on.
_ONE_JOB = "due"


class Dues(Protocol):
    """See `peerlearn.persistence.dues`."""

    def due_in(self, minute: datetime) -> list[Due]: ...
    def last_minute(self) -> datetime | None: ...
    def move(self, before: datetime | None, minute: datetime) -> bool: ...


class Intake(Protocol):
    """See `peerlearn.adapters.queues`."""

    def send_all(self, postings: Sequence[Posting]) -> Mapping[int, Exception]: ...


@dataclass(frozen=True, slots=True)
class Ticked:
    """The outcome of a tick.

    Attributes
    ----------
    handed_on: int
        How many due items went to the queue.
    behind: int
        How many minutes are left for the next tick.
    """

    handed_on: int
    behind: int


class TickService:
    """Goes on behind the last minute that was handed on whole: a tick that fails, or is left out, loses nothing."""

    def __init__(self, dues: Dues, queue: Intake, clock: Clock = utc_now) -> None:
        self._dues = dues
        self._queue = queue
        self._clock = clock

    def tick(self) -> Ticked:
        """Hand on what is due in every minute up to now, as far as time allows.

        Raises
        ------
        TemporarilyUnavailable
            A minute could not be handed on whole: the next tick does it again.
        """
        last = minute_of(self._clock())
        before = self._dues.last_minute()
        # due items are kept no longer, so that there is nothing in the minutes before
        minute = last if before is None else max(next_minute(before), last - DUE_KEPT)
        handed_on = 0
        while minute <= last and remaining() >= _MINUTE_SECONDS:
            handed_on += self._hand_on(minute)
            if not self._dues.move(before, minute):
                # a tick beside this one goes on
                return Ticked(handed_on, 0)
            before, minute = minute, next_minute(minute)
        return Ticked(handed_on, minutes_between(minute, next_minute(last)))

    def _hand_on(self, minute: datetime) -> int:
        dues = self._dues.due_in(minute)
        tasks = [{"job": JobKind.REMIND.value, "subject": one.name, "recordId": _ONE_JOB} for one in dues]
        for failure in self._queue.send_all([Posting(task) for task in tasks]).values():
            raise failure
        return len(tasks)
