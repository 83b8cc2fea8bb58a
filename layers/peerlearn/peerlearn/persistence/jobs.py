"""The cursors of jobs: one item each, moved on condition that nobody else has moved it."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.jobs import Cursor
from peerlearn.persistence import system_keys
from peerlearn.persistence.items.jobs import cursor_item, cursor_of
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own, replacing
from peerlearn.persistence.table import ConditionFailed, Table


class JobRepository:
    """Reads and moves the cursors of jobs."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def cursor(self, job_id: str) -> Cursor:
        """Return the stored cursor, or that of a job that has just begun."""
        item = self._table.get(system_keys.job(job_id))
        return cursor_of(item) if item else Cursor(job_id)

    def move(self, cursor: Cursor, now: datetime, token: str) -> bool:
        """Store the cursor in the place of the version before; return False where another worker has moved it on.

        Parameters
        ----------
        token: str
            Made for this call alone, so that our own write is known again after a lost reply.
        """
        moving = replacing(cursor_item(cursor, now) | {WRITTEN_BY: token}, cursor.version - 1)
        try:
            self._table.write(moving)
        except ConditionFailed as failure:
            return is_own(failure.found[0], token)
        return True
