"""Entries of the audit trail."""

from __future__ import annotations

from decimal import Decimal

from peerlearn.domain.audit import AuditAction, AuditEntry, Detail
from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.persistence import index_keys, system_keys
from peerlearn.persistence.items.base import Entity, Item


def audit_item(entry: AuditEntry) -> Item:
    at = to_rfc3339(entry.at)
    key = system_keys.audit_entry(at, entry.entry_id)
    item = {
        **key.as_item(),
        "entity": Entity.AUDIT.value,
        "entryId": entry.entry_id,
        "at": at,
        "action": entry.action.value,
        "target": entry.target,
        "source": entry.source,
        "outcome": entry.outcome,
        "details": {name: _storable(value) for name, value in entry.details.items()},
        "expiresAt": to_rfc3339(entry.expires_at),
        "ttl": int(entry.expires_at.timestamp()),
        "GSI2PK": index_keys.audit_target_partition(entry.target),
        "GSI2SK": key.sk,
    }
    if entry.actor_id is None:
        return item
    return item | {
        "actorId": entry.actor_id,
        "GSI1PK": index_keys.audit_actor_partition(entry.actor_id),
        "GSI1SK": key.sk,
    }


def audit_entry_of(item: Item) -> AuditEntry:
    return AuditEntry(
        entry_id=item["entryId"],
        at=from_rfc3339(item["at"]),
        actor_id=item.get("actorId"),
        action=AuditAction(item["action"]),
        target=item["target"],
        source=item["source"],
        outcome=item["outcome"],
        details={name: _plain(value) for name, value in item["details"].items()},
        expires_at=from_rfc3339(item["expiresAt"]),
    )


def _storable(value: Detail) -> Detail | Decimal:
    return Decimal(str(value)) if isinstance(value, float) else value


def _plain(value: Detail | Decimal) -> Detail:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
