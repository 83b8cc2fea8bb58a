"""The due index: reminders by the minute in which they are due, and the tick's cursor through the minutes.

DUE#<minute>#<0..3> / <what, whose, of when>     put again and again like once
TICK                / TICK                       minute m  -->  a later one, and only from m
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.reminders import Due
from peerlearn.persistence import system_keys
from peerlearn.persistence.items.dues import due_item, due_of, minute_in, tick_item
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import put


class DueRepository:
    """Puts due items, reads them minute by minute, and keeps the tick's cursor."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, dues: Sequence[Due], now: datetime) -> None:
        """Store due items, each for its minute or, where that is past, for the next one that no tick has read."""
        for due in dues:
            self._table.write(put(due_item(due, due.minute(now))))

    def due_in(self, minute: datetime) -> list[Due]:
        """Return what is due in that minute."""
        with SideBySide() as together:
            read = partial(self._table.query, "PK = :pk")
            parts = [together.begin(partial(read, {":pk": one})) for one in system_keys.due_partitions(minute)]
            return [due_of(item) for part in parts for item in part.result()]

    def last_minute(self) -> datetime | None:
        """Return the last minute of which everything was handed on; None where no tick has been yet."""
        item = self._table.get(system_keys.tick())
        return minute_in(item) if item else None

    def move(self, before: datetime | None, minute: datetime) -> bool:
        """Note that everything of a minute was handed on; return False where another tick has noted something."""
        # (none) -> the first minute;  minute m -> a later one, and only from there
        is_as_read = "attribute_not_exists(PK)" if before is None else "#minute = :before"
        names = None if before is None else {"#minute": "minute"}
        values = None if before is None else {":before": to_rfc3339(before)}
        item = tick_item(minute)
        try:
            self._table.write(put(item, condition=is_as_read, names=names, values=values))
        except ConditionFailed as failure:
            # Our own write, whose reply was lost, or that of a tick beside us: the minute is noted either way.
            return failure.found[0] is not None and failure.found[0]["minute"] == item["minute"]
        return True
