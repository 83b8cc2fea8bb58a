"""Storing an entry of the audit trail: apart from reading it, which a function that writes never does."""

from __future__ import annotations

from peerlearn.domain.audit import AuditEntry
from peerlearn.persistence.items.audit import audit_item
from peerlearn.persistence.writes import Write, put


def recording(entry: AuditEntry) -> Write:
    """Return the write that stores an entry, for the transaction of the deed that it records."""
    return put(audit_item(entry))
