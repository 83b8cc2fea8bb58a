"""Idempotency keys."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.sealing import SecretSeal
from peerlearn.bootstrap.core import table
from peerlearn.domain.retrying import Backoff
from peerlearn.persistence.idempotency import IdempotencyRepository
from peerlearn.services.idempotency import IdempotencyService


@cache
def idempotency_service() -> IdempotencyService:
    return IdempotencyService(IdempotencyRepository(table()), SecretSeal(), Backoff)
