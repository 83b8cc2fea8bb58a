"""Writes of the one transaction that ends an account."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.users import AccountState, User
from peerlearn.persistence import keys
from peerlearn.persistence.guards import NOT_ERASED, ceasing_as_administrator
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.privacy import tombstone_item
from peerlearn.persistence.optimistic import WRITTEN_BY
from peerlearn.persistence.recording import recording
from peerlearn.persistence.standing import StandingWrite
from peerlearn.persistence.writes import Write, delete, put, update

# The first of them, by which a refusal is told.
TOMBSTONE, STANDING = 0, 1


def ending(user: User, session_id: str, entry: AuditEntry, now: datetime, token: str) -> list[Write]:
    """Return the writes that end an account.

    standing     this session stands  -->  erased, without sessions
    totals       any or none          -->  tombstone        but no tombstone yet
    profile      of that role         -->  (none)
    credential                        -->  (none)           the address is free
    inbox        any or none          -->  takes no further conversation
    """
    at = to_rfc3339(now)
    erased = {"#erased": "erasedAt"}
    standing = StandingWrite(user.user_id, now).end_sessions(user.session_epoch)
    standing.require_session(session_id).set("state", AccountState.ERASED.value).set("erasedAt", at)
    inbox = update(
        keys.inbox_counter(user.user_id),
        "SET #erased = :at, #count = if_not_exists(#count, :zero), #entity = :entity",
        names={**erased, "#count": "conversations", "#entity": "entity"},
        values={":at": at, ":zero": 0, ":entity": Entity.INBOX.value},
    )
    writes = [
        put(tombstone_item(user.user_id, now) | {WRITTEN_BY: token}, condition=NOT_ERASED, names=erased),
        standing.write(),
        # Its role and its address are those of the epoch that the standing is held to.
        delete(keys.profile(user.user_id)),
        delete(keys.credential(user.email)),
        inbox,
        recording(entry),
    ]
    if user.administers:
        writes.append(ceasing_as_administrator(user.user_id))
    return writes
