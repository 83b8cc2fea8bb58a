"""A learner's own page."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.profiles import ProfileRepository
from peerlearn.services.profiles import ProfileService


@cache
def profile_service() -> ProfileService:
    return ProfileService(ProfileRepository(table()), AccountRepository(table()))
