"""The cursors of jobs: one item each, moved under the condition that it stands where it was read."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.jobs import Cursor
from peerlearn.persistence import keys
from peerlearn.persistence.items.jobs import cursor_item, cursor_of
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import put


class JobRepository:
    """Where jobs go on."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def cursor(self, job_id: str) -> Cursor:
        """Return the stored cursor, or that of a job that has just begun."""
        item = self._table.get(keys.job(job_id))
        return cursor_of(item) if item else Cursor(job_id)

    def move(self, cursor: Cursor, now: datetime, token: str) -> bool:
        """Store the cursor where the version before stands; return False where another worker has moved it on.

        Parameters
        ----------
        token: str
            Made for this call alone, so that our own write is known again after a lost reply.
        """
        # (none) | version n - 1 --> n
        is_first = cursor.version == 1
        moving = put(
            cursor_item(cursor, now) | {WRITTEN_BY: token},
            condition="attribute_not_exists(PK)" if is_first else "#version = :read",
            names=None if is_first else {"#version": "version"},
            values=None if is_first else {":read": cursor.version - 1},
        )
        try:
            self._table.write(moving)
        except ConditionFailed as failure:
            return is_own(failure.found[0], token)
        return True
