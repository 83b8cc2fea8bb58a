"""Jobs, chunk by chunk: safe to be cut off between any two calls, repeated, or done twice at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.jobs import ROUNDS_MAX, Cursor, NotAllShown, Step


class Cursors(Protocol):
    """See `peerlearn.persistence.jobs`."""

    def cursor(self, job_id: str) -> Cursor: ...
    def move(self, cursor: Cursor, now: datetime, token: str) -> bool: ...


class JobRunner:
    """Does one chunk of a job at a time."""

    def __init__(self, cursors: Cursors, clock: Clock = utc_now) -> None:
        self._cursors = cursors
        self._clock = clock

    def run(self, job_id: str, chunk: Callable[[Cursor], Step], go_on: Callable[[], None]) -> Step | None:
        """Do the next chunk, note where the one after it begins, and have that done by another task.

        Cut off before the cursor has moved, the same chunk is done again: each service bears that. Cut off behind it,
        the task comes again and goes on with the next chunk.

        Parameters
        ----------
        chunk: callable
            Does one chunk from the cursor on.
        go_on: callable
            Puts the job on its queue once more.

        Returns
        -------
        Step or None
            None where there was nothing to do: the job is done, or the same task was handed over twice and the other
            worker has moved the cursor and goes on.

        Raises
        ------
        TemporarilyUnavailable
        """
        cursor = self._cursors.cursor(job_id)
        if cursor.is_done:
            return None
        step = self._done(chunk, cursor)
        if step.place is None and not cursor.version:
            # All in one chunk: there is no cursor to take care of.
            return step
        if not self._move(cursor.after(step)):
            return None
        if step.place is not None:
            go_on()
        return step

    def _done(self, chunk: Callable[[Cursor], Step], cursor: Cursor) -> Step:
        try:
            return chunk(cursor)
        except NotAllShown:
            # Learners whom the index has not shown may be before the cursor: the next try looks at all of them again.
            if cursor.version and cursor.round < ROUNDS_MAX:
                self._move(cursor.anew())
            raise

    def _move(self, cursor: Cursor) -> bool:
        return self._cursors.move(cursor, self._clock(), str(uuid4()))


def in_one_go(chunk: Callable[[Cursor], Step]) -> int:
    """Do all chunks one after the other, for a caller who has the time; return how many changed.

    Raises
    ------
    TemporarilyUnavailable
    """
    cursor, changed = Cursor("here and now"), 0
    while True:
        step = chunk(cursor)
        changed += step.changed
        if step.place is None:
            return changed
        cursor = cursor.after(step)
