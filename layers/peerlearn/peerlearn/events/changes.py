"""Records of the table's stream, as an item before and after.

Each module of this package offers `decode(change)`, which returns the events that the change of an item means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from peerlearn.domain.correlation import CORRELATION_ID
from peerlearn.domain.events import Event, SignInSessionsEnded
from peerlearn.persistence.marshalling import unmarshal
from peerlearn.persistence.table import Item


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A change of an item: before and after, None where there was none, or is none any more.

    `at` is the stream's time of the change, whole seconds, the same in every redelivery. So is `record_id`, which no
    other record has.
    """

    old: Item | None
    new: Item | None
    at: datetime
    record_id: str = ""

    @property
    def entity(self) -> str | None:
        """Return the kind of item, one of `peerlearn.persistence.items.Entity`."""
        item = self.new or self.old or {}
        return item.get("entity")

    def became(self, name: str, value: object) -> bool:
        """Return whether this change gave the attribute that value."""
        return self.new is not None and self.new.get(name) == value and (self.old or {}).get(name) != value

    def differs(self, *names: str) -> bool:
        """Return whether an item that stays has another value in one of the attributes."""
        old, new = self.old, self.new
        return old is not None and new is not None and any(old.get(name) != new.get(name) for name in names)


def correlation_id_of(record: Mapping[str, Any]) -> str:
    """Return the id of the request that the change was made for; where the record has none, the record's own."""
    change = record.get("dynamodb", {})
    for image in ("NewImage", "OldImage"):
        if isinstance(written := change.get(image, {}).get(CORRELATION_ID, {}).get("S"), str):
            return written
    return str(record.get("eventID", ""))


def record_id_of(record: Mapping[str, Any]) -> str:
    """Return the record's own id, the same in every redelivery."""
    return str(record.get("eventID") or record.get("dynamodb", {}).get("SequenceNumber", ""))


Decoder = Callable[[RecordChange], Iterable[Event | SignInSessionsEnded]]


def change_of(record: Mapping[str, Any]) -> RecordChange:
    """Return the change of a stream record that has both images.

    Raises
    ------
    KeyError, TypeError, ValueError
        The record is not one of a table's stream.
    """
    change = record["dynamodb"]
    old, new = change.get("OldImage"), change.get("NewImage")
    return RecordChange(
        old=unmarshal(old) if old else None,
        new=unmarshal(new) if new else None,
        at=datetime.fromtimestamp(int(change["ApproximateCreationDateTime"]), UTC),
        record_id=record_id_of(record),
    )
