"""Due items, and how far the tick has got."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.reminders import DUE_KEPT, Due
from peerlearn.persistence import system_keys
from peerlearn.persistence.items.base import Entity, Item


def due_item(due: Due, minute: datetime) -> Item:
    expires_at = minute + DUE_KEPT
    return {
        **system_keys.due(minute, due.name).as_item(),
        "entity": Entity.DUE.value,
        "name": due.name,
        "expiresAt": to_rfc3339(expires_at),
        "ttl": int(expires_at.timestamp()),
    }


def due_of(item: Item) -> Due:
    return Due.of(item["name"])


def tick_item(minute: datetime) -> Item:
    return {
        **system_keys.tick().as_item(),
        "entity": Entity.TICK.value,
        "minute": to_rfc3339(minute),
    }


def minute_in(item: Item) -> datetime:
    """Return the last minute of which all due items were handed on."""
    return from_rfc3339(item["minute"])
