"""Erased accounts, exports, and links to calendars."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.calendars import CalendarLink
from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.exports import ExportRecord
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, Item, LastChange, stored_time


def tombstone_item(user_id: str, erased_at: datetime) -> Item:
    """Return the tombstone of an account, which takes the place of its totals."""
    return {
        **keys.totals(user_id).as_item(),
        "entity": Entity.ERASURE.value,
        "userId": user_id,
        "erasedAt": to_rfc3339(erased_at),
        LAST_CHANGE: LastChange.ERASED.value,
    }


def export_item(record: ExportRecord) -> Item:
    item = {
        **keys.export(record.user_id).as_item(),
        "entity": Entity.EXPORT.value,
        "userId": record.user_id,
        "exportId": record.export_id,
        "requestedAt": to_rfc3339(record.requested_at),
        "expiresAt": to_rfc3339(record.expires_at),
        "ttl": int(record.expires_at.timestamp()),
    }
    if record.ready_at is None:
        return item | {LAST_CHANGE: LastChange.WANTED.value}
    return item | {"readyAt": to_rfc3339(record.ready_at), "size": record.size}


def export_of(item: Item) -> ExportRecord:
    return ExportRecord(
        user_id=item["userId"],
        export_id=item["exportId"],
        requested_at=from_rfc3339(item["requestedAt"]),
        expires_at=from_rfc3339(item["expiresAt"]),
        ready_at=stored_time(item, "readyAt"),
        size=int(item.get("size", 0)),
    )


def calendar_item(link: CalendarLink) -> Item:
    return {
        **keys.calendar(link.user_id).as_item(),
        "entity": Entity.CALENDAR.value,
        "userId": link.user_id,
        "tokenHash": link.token_hash,
        "createdAt": to_rfc3339(link.created_at),
        "sessionId": link.session_id,
        "epoch": link.epoch,
    }


def calendar_of(item: Item) -> CalendarLink:
    return CalendarLink(
        user_id=item["userId"],
        token_hash=item["tokenHash"],
        created_at=from_rfc3339(item["createdAt"]),
        session_id=item["sessionId"],
        epoch=int(item["epoch"]),
    )
