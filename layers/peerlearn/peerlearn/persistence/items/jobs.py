"""How far jobs have got."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.jobs import CURSOR_KEPT, DONE_KEPT, Cursor
from peerlearn.persistence import system_keys
from peerlearn.persistence.items.base import Entity, Item


def cursor_item(cursor: Cursor, now: datetime) -> Item:
    kept = DONE_KEPT if cursor.is_done else CURSOR_KEPT
    return {
        **system_keys.job(cursor.job_id).as_item(),
        "entity": Entity.JOB.value,
        "jobId": cursor.job_id,
        "place": cursor.place,
        "counted": cursor.counted,
        "round": cursor.round,
        "version": cursor.version,
        "done": cursor.is_done,
        "ttl": int((now + kept).timestamp()),
    }


def cursor_of(item: Item) -> Cursor:
    return Cursor(
        job_id=item["jobId"],
        place=item["place"],
        counted=int(item["counted"]),
        round=int(item["round"]),
        version=int(item["version"]),
        is_done=item["done"],
    )
