"""News as records that belong to one person alone: the head, the entries, and by which event each of them is known."""

from __future__ import annotations

import json

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.events import EventType
from peerlearn.domain.news import NewsEntry, NewsHead
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.own_records import OwnKind, own_record_item

_HEAD = "HEAD"


def head_key(user_id: str) -> keys.Key:
    """Return the key of the head: the last number, and how far its owner has seen."""
    return keys.own_record(user_id, OwnKind.NEWS_HEAD.value, _HEAD)


def entry_key(user_id: str, number: int) -> keys.Key:
    """Return the key of an entry, so that entries sort in the order of their numbers."""
    return keys.own_record(user_id, OwnKind.NEWS.value, f"{number:010d}")


def event_key(user_id: str, event_id: str) -> keys.Key:
    """Return the key by which an event is known to be among somebody's news already."""
    return keys.own_record(user_id, OwnKind.NEWS_EVENT.value, event_id)


def head_of(item: Item | None) -> NewsHead:
    """Return the head; an absent one is that of somebody who never had news."""
    return NewsHead(int(item["last"]), int(item["seenUpTo"])) if item else NewsHead()


def head_item(user_id: str, head: NewsHead) -> Item:
    return own_record_item(user_id, OwnKind.NEWS_HEAD, _HEAD, {"last": head.last, "seenUpTo": head.seen_up_to})


def entry_item(user_id: str, entry: NewsEntry) -> Item:
    fields = {
        "number": entry.number,
        "eventId": entry.event_id,
        "type": entry.type.value,
        # as it was pushed, down to the last decimal of a grade
        "data": json.dumps(dict(entry.data), separators=(",", ":"), ensure_ascii=False),
        "occurredAt": to_rfc3339(entry.occurred_at),
    }
    return own_record_item(user_id, OwnKind.NEWS, f"{entry.number:010d}", fields | _expiry(entry))


def event_item(user_id: str, entry: NewsEntry) -> Item:
    fields = {"eventId": entry.event_id, "number": entry.number}
    return own_record_item(user_id, OwnKind.NEWS_EVENT, entry.event_id, fields | _expiry(entry))


def entry_of(item: Item) -> NewsEntry:
    return NewsEntry(
        number=int(item["number"]),
        event_id=item["eventId"],
        type=EventType(item["type"]),
        data=json.loads(item["data"]),
        occurred_at=from_rfc3339(item["occurredAt"]),
        expires_at=from_rfc3339(item["expiresAt"]),
    )


def _expiry(entry: NewsEntry) -> Item:
    return {"expiresAt": to_rfc3339(entry.expires_at), "ttl": int(entry.expires_at.timestamp())}
