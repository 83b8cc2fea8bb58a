"""The services of accounts over a table, as the endpoints are wired to them, behind one front for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from peerlearn.adapters.device_tokens import DeviceTokens
from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.domain.audit import AuditTrail
from peerlearn.domain.clock import utc_now
from peerlearn.domain.limits import Limits
from peerlearn.domain.mails import Mailroom
from peerlearn.domain.users import AccountState, Principal, Role, User
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.calendars import CalendarRepository
from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.sign_in_sessions import SignInSessionRepository
from peerlearn.persistence.standing import StandingRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.persistence.throttling import ThrottleRepository
from peerlearn.services.accounts import AccountService
from peerlearn.services.administration import AdministrationService
from peerlearn.services.erasure import ErasureService
from peerlearn.services.passwords import PasswordService
from peerlearn.services.proofs import PasswordProof
from peerlearn.services.sign_in_sessions import SignInSessionService
from peerlearn.services.sign_outs import SignOutService
from tests.fakes.keys import FakeKeyRing, fake_tokens

Clock = Callable[[], datetime]
# Many tests sign in more often than a person does in an hour.
GENEROUS = "sign-ins=100000/3600,sessions=100000/3600,refreshes=100000/3600,registrations=100000/3600"


class AnyPassword(PasswordHasher):
    """Takes every password for the right one: for tests that are not about passwords."""

    def __init__(self) -> None:
        super().__init__(4)

    def verify(self, password: str, password_hash: str | None) -> bool:
        return password_hash is not None

    def needs_renewal(self, password: str, password_hash: str) -> bool:
        return False


class Accounts:
    """Everything that people and administrators do with accounts."""

    def __init__(
        self,
        table: Table,
        keys: FakeKeyRing,
        hasher: PasswordHasher | None = None,
        clock: Clock = utc_now,
        limits: str = GENEROUS,
    ) -> None:
        hasher = hasher or PasswordHasher(4)
        chosen, trail = Limits(limits), AuditTrail(clock=clock)
        repository, sessions = AccountRepository(table), SignInSessionRepository(table)
        standings, throttle, tokens = StandingRepository(table), ThrottleRepository(table), fake_tokens(keys, clock)
        proof = PasswordProof(throttle, hasher, trail, chosen, clock)
        self.repository, self.clock = repository, clock
        mailroom = Mailroom(is_open=True, clock=clock)
        self._accounts = AccountService(
            repository,
            sessions,
            standings,
            proof,
            throttle,
            hasher,
            tokens,
            DeviceTokens(keys),
            chosen,
            mailroom,
            clock,
        )
        self._sign_out = SignOutService(sessions, tokens, chosen, clock)
        self._passwords = PasswordService(repository, proof, hasher, trail, mailroom, clock)
        self._administration = AdministrationService(repository, trail, mailroom, clock)
        self.sessions = SignInSessionService(sessions, repository, CalendarRepository(table), clock)
        self.erasure = ErasureService(
            ErasureRepository(table), TeachingRepository(table), repository, proof, trail, clock
        )
        self.register = self._accounts.register
        self.login = self._accounts.login
        self.refresh = self._accounts.refresh
        self.logout = self._sign_out.logout
        self.change_password = self._passwords.change

    def set_role(self, caller: Principal, user_id: str, role: Role) -> User:
        return self._administration.change(caller, user_id, role=role)

    def suspend(self, caller: Principal, user_id: str) -> User:
        return self._administration.change(caller, user_id, state=AccountState.SUSPENDED)

    def let_in_again(self, caller: Principal, user_id: str) -> User:
        return self._administration.change(caller, user_id, state=AccountState.ACTIVE)

    def end_sessions(self, caller: Principal, user_id: str) -> None:
        self._administration.end_sessions(caller, user_id)
