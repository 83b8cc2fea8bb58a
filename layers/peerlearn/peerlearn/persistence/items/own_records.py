"""Records that belong to one person alone: nobody counts them, and nobody else sees them.

Their range of the person's partition is exported as it is, and erased with the account. So a new kind of them needs
neither an export nor an erasure of its own, and must hold nothing that its owner may not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from peerlearn.domain.correlation import CORRELATION_ID
from peerlearn.domain.exports import OwnRecord
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Item


class OwnKind(StrEnum):
    """The kinds of these records, as `entity` names them beside the kinds of all other items."""

    EXTENSION = "Extension"
    NEWS = "News"
    NEWS_EVENT = "NewsEvent"
    NEWS_HEAD = "NewsHead"
    AGENDA = "Agenda"
    TODO = "Todo"
    WISHES = "Wishes"
    CLAIM = "Claim"


_INTERNAL = frozenset({"PK", "SK", "entity", "userId", "ttl", "writtenBy", CORRELATION_ID})


def own_record_item(user_id: str, kind: OwnKind, name: str, fields: Mapping[str, Any]) -> Item:
    """Return the item of a record.

    Parameters
    ----------
    name: str
        Tells it from the others of its kind; it may hold no free text.
    fields: mapping
        Contents: texts, whole numbers, booleans, and lists of them.
    """
    return {**keys.own_record(user_id, kind.value, name).as_item(), "entity": kind.value, "userId": user_id, **fields}


def is_own_record(item: Item) -> bool:
    """Return whether an item is a record that belongs to one person alone."""
    return str(item["SK"]).startswith(keys.OWN_RECORD_PREFIX)


def own_record_of(item: Item) -> OwnRecord:
    """Return a record by its item."""
    fields = {name: _plain(value) for name, value in item.items() if name not in _INTERNAL}
    return OwnRecord(item["entity"], fields)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value
