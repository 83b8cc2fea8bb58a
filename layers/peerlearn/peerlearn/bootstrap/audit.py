"""The audit trail."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.domain.audit import AuditTrail
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.audit import AuditRepository
from peerlearn.services.audit import AuditService
from peerlearn.settings import settings


@cache
def audit_trail() -> AuditTrail:
    return AuditTrail(timedelta(days=settings().audit_retention_days))


@cache
def audit_service() -> AuditService:
    return AuditService(AuditRepository(table()), AccountRepository(table()), audit_trail())
