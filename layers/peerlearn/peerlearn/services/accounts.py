"""Registering, signing in and out, and changing one's password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import (
    Conflict,
    InvalidCredentials,
    Unauthenticated,
    UserNotFound,
    ValidationFailed,
)
from peerlearn.domain.ids import new_id
from peerlearn.domain.passwords import password_weaknesses
from peerlearn.domain.throttling import Allowance, allowances
from peerlearn.domain.users import (
    REFRESH_TOKEN_LIFETIME,
    Credential,
    Principal,
    RefreshClaims,
    Role,
    Session,
    User,
)


class Accounts(Protocol):
    """What these use cases need of the store; see `peerlearn.persistence.accounts`."""

    def add(self, credential: Credential, session: Session, token: str) -> None: ...
    def credential(self, email: str) -> Credential | None: ...
    def user(self, user_id: str) -> User | None: ...
    def rotate(self, claims: RefreshClaims, next_hash: str, now: datetime) -> Session: ...
    def revoke(self, user_id: str, session_id: str) -> None: ...
    def change_password(self, credential: Credential, new_hash: str, keep_session_id: str, token: str) -> bool: ...
    def change_role(self, user: User, role: Role, token: str) -> User | None: ...


class Throttle(Protocol):
    """Counts failed sign-ins; see `peerlearn.persistence.throttling`."""

    def credential(self, email: str, allowances: Sequence[Allowance], now: datetime) -> Credential | None: ...
    def add_failure(self, allowances: Sequence[Allowance], now: datetime, token: str) -> None: ...
    def sign_in(self, allowance: Allowance, session: Session, now: datetime, token: str) -> None: ...


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...
    def verify(self, password: str, password_hash: str | None) -> bool: ...


class Tokens(Protocol):
    def issue_access(self, user: User, session_id: str) -> str: ...
    def issue_refresh(self, session: Session, role: Role) -> str: ...
    def refresh_hash(self, session_id: str, generation: int) -> str: ...
    def verify_refresh(self, token: str) -> RefreshClaims: ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user and a fresh pair of tokens."""

    user: User
    access_token: str
    refresh_token: str


class AccountService:
    """The use cases of the `auth` endpoints."""

    def __init__(
        self, accounts: Accounts, throttle: Throttle, passwords: Passwords, tokens: Tokens, clock: Clock = utc_now
    ) -> None:
        self._accounts = accounts
        self._throttle = throttle
        self._passwords = passwords
        self._tokens = tokens
        self._clock = clock

    def register(
        self, name: str, email: str, password: str, interests: Sequence[str] = (), learning_goals: Sequence[str] = ()
    ) -> SignedIn:
        """A new learner, signed in.

        Raises
        ------
        ValidationFailed
            The password breaks a rule.
        EmailAlreadyRegistered
        """
        _require_strong(password, "password")
        user = User(
            user_id=new_id("usr"),
            name=name,
            email=email,
            role=Role.LEARNER,
            interests=tuple(interests),
            learning_goals=tuple(learning_goals),
            created_at=self._clock(),
        )
        session = self._new_session(user)
        self._accounts.add(Credential(self._passwords.hash(password), user), session, str(uuid4()))
        return self._signed_in(user, session)

    def login(self, email: str, password: str, source: str) -> SignedIn:
        """A new session.

        Parameters
        ----------
        source: str
            The caller's network address as API Gateway saw it.

        Raises
        ------
        InvalidCredentials
            Unknown address or wrong password: the same answer after the same work.
        TooManyRequests
            Ten sign-ins to this account from this source have failed within 15 minutes; the right password is refused
            too, but not from elsewhere.
        """
        per_account, per_source = allowances(email, source)
        credential = self._throttle.credential(email, (per_account, per_source), self._clock())
        is_right = self._passwords.verify(password, credential.password_hash if credential else None)
        if credential is None or not is_right:
            self._throttle.add_failure((per_account, per_source), self._clock(), str(uuid4()))
            raise InvalidCredentials
        session = self._new_session(credential.user)
        self._throttle.sign_in(per_account, session, self._clock(), str(uuid4()))
        return self._signed_in(credential.user, session)

    def refresh(self, refresh_token: str) -> SignedIn:
        """The next pair of tokens; the one shown is spent.

        Raises
        ------
        Unauthenticated, TokenExpired, TokenReused
        """
        claims = self._tokens.verify_refresh(refresh_token)
        next_hash = self._tokens.refresh_hash(claims.session_id, claims.generation + 1)
        session = self._accounts.rotate(claims, next_hash, self._clock())
        user = self._accounts.user(claims.user_id)
        if user is None or not user.allows(session):
            self._accounts.revoke(claims.user_id, claims.session_id)
            raise Unauthenticated("This session has ended. Sign in again.")
        return self._signed_in(user, session)

    def logout(self, refresh_token: str) -> None:
        """Ends the token's session; a second time changes nothing.

        Raises
        ------
        Unauthenticated, TokenExpired
        """
        claims = self._tokens.verify_refresh(refresh_token)
        self._accounts.revoke(claims.user_id, claims.session_id)

    def change_password(self, caller: Principal, current_password: str, new_password: str) -> None:
        """A new password; every other session of the caller ends.

        Raises
        ------
        InvalidCredentials
            The current password is wrong.
        ValidationFailed
            The new one breaks a rule.
        Conflict
            The account was changed at the same moment from elsewhere.
        Unauthenticated
            The account was erased.
        """
        _require_strong(new_password, "newPassword")
        user = self._accounts.user(caller.user_id)
        if user is None:
            raise account_erased()
        credential = self._accounts.credential(user.email)
        if credential is None or not self._passwords.verify(current_password, credential.password_hash):
            raise InvalidCredentials("The current password is wrong.")
        new_hash = self._passwords.hash(new_password)
        if not self._accounts.change_password(credential, new_hash, caller.session_id, str(uuid4())):
            raise Conflict("The account was changed at the same moment from elsewhere.")

    def set_role(self, caller: Principal, user_id: str, role: Role) -> User:
        """The user with that role; where it is a new one, all of their sessions end.

        Raises
        ------
        UserNotFound
        Conflict
            Administrators do not give up their own role; or nobody would be one any more, since two do it to each other
            at the same moment; or the account was changed at the same moment from elsewhere.
        """
        if user_id == caller.user_id and role is not Role.ADMIN:
            raise Conflict("Another administrator has to do this for you.")
        user = self._accounts.user(user_id)
        if user is None:
            raise UserNotFound
        if user.role is role:
            return user
        changed = self._accounts.change_role(user, role, str(uuid4()))
        if changed is None:
            raise Conflict("The account was changed at the same moment from elsewhere.")
        return changed

    def _new_session(self, user: User) -> Session:
        session_id = new_id("sid")
        now = self._clock()
        return Session(
            session_id=session_id,
            user_id=user.user_id,
            generation=1,
            token_hash=self._tokens.refresh_hash(session_id, 1),
            rotated_at=now,
            expires_at=now + REFRESH_TOKEN_LIFETIME,
            epoch=user.session_epoch,
        )

    def _signed_in(self, user: User, session: Session) -> SignedIn:
        return SignedIn(
            user,
            self._tokens.issue_access(user, session.session_id),
            self._tokens.issue_refresh(session, user.role),
        )


def _require_strong(password: str, field: str) -> None:
    weaknesses = password_weaknesses(password)
    if weaknesses:
        raise ValidationFailed(*((field, weakness) for weakness in weaknesses))
