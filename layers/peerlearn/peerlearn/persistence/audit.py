"""The audit trail.

    AUDIT#<month>#<shard 0..3> / <time>#<entryId>    the entry; gone by TTL when its retention is over
    GSI1 AUDITED-BY#<actor>, GSI2 AUDITED#<target>   in the same order

An entry is a plain Put in the transaction of the deed that it records. Its key holds its id: a repeat writes the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from peerlearn.domain.audit import AuditEntry, AuditFilters
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.paging import CursorResult, PageRequest
from peerlearn.persistence import index_keys, system_keys
from peerlearn.persistence.items.audit import audit_entry_of
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Page, Table

# The clocks of two processes differ a little: an entry that another one has just written belongs to the first page.
_SKEW = timedelta(minutes=5)
# So many rounds of Queries, of a month each or of a part of one, make a page: then it is given short. They are enough
# for the months of a year.
_ROUNDS_MAX = 14
# A filter applies after reading, so more than a page is read at a time.
_FILTERED_STEP = 300


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Partitions that are read together: a month's, or one of an index. `below` is where the next shelf begins."""

    index: str | None
    partitions: Sequence[str]
    below: str | None


@dataclass(frozen=True, slots=True)
class _Filter:
    """The filter of a Query, applied after reading."""

    where: str
    names: dict[str, str]
    values: Item
    step: int


class AuditRepository:
    """Reads entries, newest first."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(
        self, filters: AuditFilters, wanted: PageRequest, now: datetime, earliest: datetime
    ) -> CursorResult[AuditEntry]:
        """Return the entries that fit, none older than `earliest`; short where finding more would take long.

        Order is by time, then by id, over all shards. A cursor is the place in that order, so what is added meanwhile
        moves nothing.
        """
        floor = to_rfc3339(max(filters.since or earliest, earliest))
        newest = now + _SKEW
        before: str | None = to_rfc3339(min(filters.until or newest, newest))
        if wanted.after:
            before = str(wanted.after["before"])
        rule = _filter(filters, wanted.limit, now)
        found: list[Item] = []
        for _ in range(_ROUNDS_MAX):
            if before is None or before <= floor or len(found) > wanted.limit:
                break
            items, before = self._round(_shelf(filters, before), rule, before)
            found += [item for item in items if _place(item) >= floor]
        shown = found[: wanted.limit]
        if len(found) > wanted.limit:
            before = _place(shown[-1])
        after = None if before is None or before <= floor else {"before": before}
        return CursorResult([audit_entry_of(item) for item in shown], after)

    def by(self, actor_id: str, most: int | None = None) -> list[AuditEntry]:
        """Return the entries of somebody's deeds, newest first, at most so many. The index may lag by seconds."""
        items = self._table.query(
            "#pk = :pk",
            {":pk": index_keys.audit_actor_partition(actor_id)},
            names={"#pk": "GSI1PK"},
            index="GSI1",
            forward=False,
            limit=most,
        )
        return [audit_entry_of(item) for item in items]

    def _round(self, shelf: _Shelf, rule: _Filter, before: str) -> tuple[list[Item], str | None]:
        """Make one Query for each partition, all at once.

        Returns
        -------
        (list of dict, str or None)
            The entries below `before` in order, and the place below which to go on.
        """
        with SideBySide() as together:
            pages = [together.begin(partial(self._read, shelf, one, rule, before)) for one in shelf.partitions]
            read = [page.result() for page in pages]
        items = [item for page in read for item in page.items]
        unread = [_place(page.last) for page in read if page.last is not None]
        # Above the highest place at which a partition was left, all of them have been read.
        reached = max(unread, default=shelf.below)
        return sorted((item for item in items if _place(item) >= (reached or "")), key=_place, reverse=True), reached

    def _read(self, shelf: _Shelf, partition: str, rule: _Filter, before: str) -> Page:
        prefix = shelf.index or ""
        page, _ = self._table.query_page(
            "#pk = :pk AND #sk < :before",
            {":pk": partition, ":before": before, **rule.values},
            names={"#pk": f"{prefix}PK", "#sk": f"{prefix}SK", **rule.names},
            index=shelf.index,
            forward=False,
            limit=rule.step,
            where=rule.where,
        )
        return page


def _place(item: Item) -> str:
    """Return an entry's place in the order of all entries: the same in the table and in both indexes."""
    return str(item["SK"])


def _shelf(filters: AuditFilters, before: str) -> _Shelf:
    if filters.actor_id is not None:
        return _Shelf("GSI1", [index_keys.audit_actor_partition(filters.actor_id)], None)
    if filters.target is not None:
        return _Shelf("GSI2", [index_keys.audit_target_partition(filters.target)], None)
    # A place is a time, or a month alone: then everything from its beginning on has been read.
    month = before[:7]
    if before == month:
        month = (date.fromisoformat(f"{month}-01") - timedelta(days=1)).isoformat()[:7]
    return _Shelf(None, system_keys.audit_partitions(month), month)


def _filter(filters: AuditFilters, limit: int, now: datetime) -> _Filter:
    # TTL deletes within days: until then it is left out here.
    conditions = ["#ttl > :now"]
    names, values = {"#ttl": "ttl"}, Item({":now": int(now.timestamp())})
    step = limit + 1
    if filters.actor_id is not None and filters.target is not None:
        conditions.append("#target = :target")
        names["#target"], values[":target"] = "target", filters.target
        step = max(step, _FILTERED_STEP)
    if filters.action is not None:
        conditions.append("#action = :action")
        names["#action"], values[":action"] = "action", filters.action.value
        step = max(step, _FILTERED_STEP)
    return _Filter(" AND ".join(conditions), names, values, step)
