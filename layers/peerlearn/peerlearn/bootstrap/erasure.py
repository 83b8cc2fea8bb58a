"""Ending an account. Apart from `privacy`: the work that follows proves no password."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.accounts import account_repository, password_proof
from peerlearn.bootstrap.audit import audit_trail
from peerlearn.bootstrap.core import table
from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.erasure import ErasureService


@cache
def erasure_service() -> ErasureService:
    return ErasureService(
        ErasureRepository(table()), TeachingRepository(table()), account_repository(), password_proof(), audit_trail()
    )
