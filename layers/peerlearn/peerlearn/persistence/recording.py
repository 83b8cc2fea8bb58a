"""Storing an entry of the audit trail: apart from reading it, which those who write never do."""

from __future__ import annotations

from peerlearn.domain.audit import AuditEntry
from peerlearn.persistence.items.audit import audit_item
from peerlearn.persistence.writes import Write, put


def recording(entry: AuditEntry) -> Write:
    """Return the write that stores an entry in the transaction of what it tells."""
    return put(audit_item(entry))
