"""Changes of accounts and of export records that call for work: a task for a queue, a name to carry on."""

from __future__ import annotations

from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, LastChange


def erased_account(change: RecordChange) -> str | None:
    """Return the id of the user whose account was erased; None for any other change."""
    return change.new["userId"] if change.entity == Entity.ERASURE and change.new else None


def wanted_export(change: RecordChange) -> dict[str, str] | None:
    """Return the export that somebody asked for, as a task; None for any other change."""
    item = change.new
    if item is None or change.entity != Entity.EXPORT or item.get(LAST_CHANGE) != LastChange.WANTED:
        return None
    return {"userId": item["userId"], "exportId": item["exportId"]}


def renamed_person(change: RecordChange) -> str | None:
    """Return the id of a user with a new name, or None. Most teach nothing, which the job itself finds out."""
    if change.entity != Entity.PROFILE or change.new is None or not change.differs("name"):
        return None
    user_id: str = change.new["userId"]
    return user_id
