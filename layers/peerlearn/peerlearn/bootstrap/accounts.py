"""Accounts, sessions and passwords."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.security import tokens
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.throttling import ThrottleRepository
from peerlearn.services.accounts import AccountService
from peerlearn.settings import settings


@cache
def account_repository() -> AccountRepository:
    return AccountRepository(table())


@cache
def account_service() -> AccountService:
    hasher = PasswordHasher(settings().bcrypt_cost)
    return AccountService(account_repository(), ThrottleRepository(table()), hasher, tokens())
