"""News of one person: appended once for each event, numbered without gaps, and marked as seen.

head      at n   --event-->  at n + 1, and only from there
entry n + 1      (none)      -->  the event, for 60 days
event            (none)      -->  known: an event that the stream gives again is not appended again
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.news import NewsEntry, NewsHead
from peerlearn.domain.retrying import Collision
from peerlearn.persistence import keys
from peerlearn.persistence.guards import not_erased
from peerlearn.persistence.items.news import (
    entry_item,
    entry_key,
    entry_of,
    event_item,
    event_key,
    head_item,
    head_key,
    head_of,
)
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own
from peerlearn.persistence.ranges import items_between
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import Write, put, setting

_HEAD, _ACCOUNT = 0, 3
_IS_NEW = "attribute_not_exists(PK)"


class NewsRepository:
    """Appends and reads somebody's news."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def situation(self, user_id: str, event_id: str) -> tuple[NewsHead, bool]:
        """Return the head of somebody's news, and whether the event is among them already."""
        head, event = head_key(user_id), event_key(user_id, event_id)
        found = self._table.batch_get([head, event])
        return head_of(found.get(head)), event in found

    def append(self, user_id: str, before: NewsHead, entry: NewsEntry, token: str) -> None:
        """Append an entry, wholly or not at all; an account that was erased gets none.

        Raises
        ------
        Collision
            Another entry came in between, or this one.
        """
        writes = [
            _moving(user_id, before, entry.number, token),
            put(entry_item(user_id, entry), condition=_IS_NEW),
            put(event_item(user_id, entry), condition=_IS_NEW),
            not_erased(user_id),
        ]
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            if not failure.failed[_ACCOUNT] and not is_own(failure.found[_HEAD], token):
                raise Collision from failure

    def head(self, user_id: str) -> NewsHead:
        """Return the head of somebody's news."""
        return head_of(self._table.get(head_key(user_id)))

    def page(
        self, user_id: str, newest: int, oldest: int, limit: int, now: datetime
    ) -> tuple[NewsHead, list[NewsEntry]]:
        """Return the head and, newest first, the entries that are kept of those numbers, at most `limit`; at once."""
        with SideBySide() as together:
            head = together.begin(partial(self.head, user_id))
            entries = together.begin(partial(self._newest, user_id, oldest, newest, limit))
            return head.result(), [one for item in entries.result() if (one := entry_of(item)).expires_at > now]

    def oldest_kept(self, user_id: str, first: int, last: int, now: datetime) -> int | None:
        """Return the least of those numbers whose entry has not expired; None where all have."""
        is_kept = "#expires > :now"
        items = self._table.query(
            "PK = :pk AND SK BETWEEN :first AND :last",
            {
                ":pk": keys.user_partition(user_id),
                ":first": entry_key(user_id, first).sk,
                ":last": entry_key(user_id, last).sk,
                ":now": to_rfc3339(now),
            },
            limit=1,
            where=is_kept,
            names={"#expires": "expiresAt"},
        )
        return int(items[0]["number"]) if items else None

    def see(self, user_id: str, up_to: int) -> NewsHead:
        """Note that somebody has seen their news up to a number; less than before changes nothing."""
        # seen up to less -> up to here;  as far or further, our own lost write included -> as it is
        is_further = "attribute_exists(PK) AND #seenUpTo < :seenUpTo"
        seeing = setting(head_key(user_id), {"seenUpTo": up_to}, condition=is_further)
        try:
            return head_of(self._table.write(seeing, returning="ALL_NEW"))
        except ConditionFailed as failure:
            return head_of(failure.found[0])

    def _newest(self, user_id: str, first: int, last: int, limit: int) -> list[Item]:
        partition, least, most = keys.user_partition(user_id), entry_key(user_id, first).sk, entry_key(user_id, last).sk
        return items_between(self._table, partition, least, most, forward=False, limit=limit) if first <= last else []


def _moving(user_id: str, before: NewsHead, number: int, token: str) -> Write:
    if before.last == 0:
        return put(head_item(user_id, NewsHead(number)) | {WRITTEN_BY: token}, condition=_IS_NEW)
    is_as_read = "#last = :before"
    moved = {"last": number, WRITTEN_BY: token}
    return setting(head_key(user_id), moved, condition=is_as_read, values={":before": before.last})
