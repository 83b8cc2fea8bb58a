"""The wiring of standings, and the limits in force."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.domain.limits import Limits
from peerlearn.domain.standing import KnownStandings
from peerlearn.persistence.standing import StandingRepository
from peerlearn.services.standing import StandingService
from peerlearn.settings import settings


@cache
def limits() -> Limits:
    return Limits(settings().limits)


@cache
def standing_service() -> StandingService:
    known, requires_proof = KnownStandings(), settings().requires_proof
    return StandingService(StandingRepository(table()), limits(), known, requires_proof=requires_proof)
