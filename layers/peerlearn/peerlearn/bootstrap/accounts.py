"""Accounts, sessions and passwords."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.security import access_tokens
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.services.accounts import AccountService
from peerlearn.settings import settings


@cache
def account_repository() -> AccountRepository:
    return AccountRepository(table())


@cache
def account_service() -> AccountService:
    return AccountService(account_repository(), PasswordHasher(settings().bcrypt_cost), access_tokens())
