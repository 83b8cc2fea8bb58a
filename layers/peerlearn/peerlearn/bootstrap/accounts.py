"""Accounts, sessions and passwords."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.bootstrap.audit import audit_trail
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.mailroom import mailroom
from peerlearn.bootstrap.security import access_tokens, device_tokens, tokens
from peerlearn.bootstrap.standing import limits
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.calendars import CalendarRepository
from peerlearn.persistence.sign_in_sessions import SignInSessionRepository
from peerlearn.persistence.standing import StandingRepository
from peerlearn.persistence.throttling import ThrottleRepository
from peerlearn.services.accounts import AccountService
from peerlearn.services.administration import AdministrationService
from peerlearn.services.passwords import PasswordService
from peerlearn.services.proofs import PasswordProof
from peerlearn.services.sign_in_sessions import SignInSessionService
from peerlearn.services.sign_outs import SignOutService
from peerlearn.settings import settings


@cache
def account_repository() -> AccountRepository:
    return AccountRepository(table())


@cache
def password_hasher() -> PasswordHasher:
    return PasswordHasher(settings().bcrypt_cost)


@cache
def password_proof() -> PasswordProof:
    return PasswordProof(ThrottleRepository(table()), password_hasher(), audit_trail(), limits())


@cache
def account_service() -> AccountService:
    return AccountService(
        account_repository(),
        SignInSessionRepository(table()),
        StandingRepository(table()),
        password_proof(),
        ThrottleRepository(table()),
        password_hasher(),
        tokens(),
        device_tokens(),
        limits(),
        mailroom(),
    )


@cache
def sign_out_service() -> SignOutService:
    return SignOutService(SignInSessionRepository(table()), access_tokens(), limits())


@cache
def password_service() -> PasswordService:
    return PasswordService(account_repository(), password_proof(), password_hasher(), audit_trail(), mailroom())


@cache
def session_service() -> SignInSessionService:
    return SignInSessionService(SignInSessionRepository(table()), account_repository(), CalendarRepository(table()))


@cache
def administration_service() -> AdministrationService:
    return AdministrationService(account_repository(), audit_trail(), mailroom())
