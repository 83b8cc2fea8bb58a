"""Registering, signing in and out, and changing one's password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import InvalidCredentials, Unauthenticated
from peerlearn.domain.ids import new_id
from peerlearn.domain.limits import REFRESHES, REGISTRATIONS, SESSIONS, SIGN_INS, Limit, Limits, Window
from peerlearn.domain.standing import Admission, Standing
from peerlearn.domain.throttling import Allowance
from peerlearn.domain.users import (
    REFRESH_TOKEN_LIFETIME,
    Credential,
    Principal,
    RefreshClaims,
    Role,
    SignInSession,
    User,
)
from peerlearn.services.proofs import PasswordProof, Passwords, require_strong


class Accounts(Protocol):
    """See `peerlearn.persistence.accounts`."""

    def add(self, credential: Credential, session: SignInSession, token: str) -> None: ...
    def renew_hash(self, credential: Credential, new_hash: str) -> None: ...


class SignInSessions(Protocol):
    """See `peerlearn.persistence.sign_in_sessions`."""

    def begin(
        self,
        credential: Credential,
        session: SignInSession,
        allowance: Allowance,
        limit: Limit,
        now: datetime,
        token: str,
    ) -> bool: ...
    def rotate(
        self, claims: RefreshClaims, next_hash: str, limit: Limit, now: datetime, token: str
    ) -> SignInSession: ...
    def refusal(self, claims: RefreshClaims) -> Unauthenticated: ...
    def present(self, user_id: str) -> tuple[User | None, Standing | None]: ...
    def end(self, caller: Principal, session_id: str, limit: Limit | None = None) -> bool: ...


class Throttle(Protocol):
    """See `peerlearn.persistence.throttling`."""

    def use(self, allowance: Allowance, window: Window | None, now: datetime, token: str) -> None: ...


class Tokens(Protocol):
    """See `peerlearn.adapters.tokens`."""

    def issue_access(self, user: User, session_id: str) -> str: ...
    def issue_refresh(self, session: SignInSession, role: Role) -> str: ...
    def refresh_hash(self, session_id: str, generation: int) -> str: ...
    def verify_refresh(self, token: str) -> RefreshClaims: ...


class RefreshTokens(Protocol):
    """See `peerlearn.adapters.tokens`: what needs no key that signs."""

    def verify_refresh(self, token: str) -> RefreshClaims: ...


class Devices(Protocol):
    """See `peerlearn.adapters.device_tokens`."""

    def issue(self, email: str) -> str: ...
    def device_of(self, token: str | None, email: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user, a fresh pair of tokens, and after a sign-in the token of the device."""

    user: User
    access_token: str
    refresh_token: str
    device_token: str | None = None


class AccountService:
    """The use cases of the `auth` endpoints that issue tokens."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: SignInSessions,
        proof: PasswordProof,
        throttle: Throttle,
        passwords: Passwords,
        tokens: Tokens,
        devices: Devices,
        limits: Limits,
        clock: Clock = utc_now,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._proof = proof
        self._throttle = throttle
        self._passwords = passwords
        self._tokens = tokens
        self._devices = devices
        self._limits = limits
        self._clock = clock

    def register(
        self,
        name: str,
        email: str,
        password: str,
        interests: Sequence[str] = (),
        learning_goals: Sequence[str] = (),
        *,
        source: str = "",
        device_name: str | None = None,
        role: Role = Role.LEARNER,
    ) -> SignedIn:
        """Add a learner, signed in.

        Parameters
        ----------
        source: str, optional
            The caller's network address as API Gateway saw it; empty where an operator acts.

        Raises
        ------
        ValidationFailed
            The password breaks a rule.
        EmailAlreadyRegistered
        TooManyRequests
            Of this address.
        """
        require_strong(password, "password")
        if source:
            allowance = Allowance.of(self._limits[REGISTRATIONS], source)
            self._throttle.use(allowance, None, self._clock(), str(uuid4()))
        user = User(
            user_id=new_id("usr"),
            name=name,
            email=email,
            role=role,
            interests=tuple(interests),
            learning_goals=tuple(learning_goals),
            created_at=self._clock(),
        )
        session = self._new_session(user, device_name)
        self._accounts.add(Credential(self._passwords.hash(password), user), session, str(uuid4()))
        return self._signed_in(user, session, self._devices.issue(email))

    def login(
        self,
        email: str,
        password: str,
        source: str = "",
        *,
        device_token: str | None = None,
        device_name: str | None = None,
    ) -> SignedIn:
        """Begin a session.

        Parameters
        ----------
        source: str
            The caller's network address as API Gateway saw it.
        device_token: str, optional
            What an earlier sign-in from the device was answered.

        Raises
        ------
        InvalidCredentials
            Unknown address or wrong password: the same answer after the same work.
        AccountSuspended
            The password is right.
        TooManyRequests
            Ten wrong passwords were tried within 15 minutes; the right one is refused too, but not from a known device.
        """
        device = self._devices.device_of(device_token, email)
        proof = self._proof.prove(email, password, source, device)
        user = proof.credential.user
        session = self._new_session(user, device_name)
        limit = self._limits[SIGN_INS]
        if not self._sessions.begin(proof.credential, session, proof.allowance, limit, self._clock(), str(uuid4())):
            # The password was changed, or the account erased, while this one was being checked.
            raise InvalidCredentials
        if self._passwords.needs_renewal(password, proof.credential.password_hash):
            self._accounts.renew_hash(proof.credential, self._passwords.hash(password))
        known = device_token if device is not None else self._devices.issue(email)
        return self._signed_in(user, session, known)

    def refresh(self, refresh_token: str) -> SignedIn:
        """Return the next pair of tokens; the one shown is spent.

        Raises
        ------
        Unauthenticated, TokenExpired, TokenReused, TooManyRequests
        """
        claims = self._tokens.verify_refresh(refresh_token)
        next_hash = self._tokens.refresh_hash(claims.session_id, claims.generation + 1)
        session = self._sessions.rotate(claims, next_hash, self._limits[REFRESHES], self._clock(), str(uuid4()))
        user, standing = self._sessions.present(claims.user_id)
        if user is None or standing is None or claims.session_id not in standing.sessions:
            # It ended behind the rotation; by then the token that was shown may be an older one.
            raise self._sessions.refusal(claims)
        Admission(claims.principal, (self._limits[REFRESHES],), standing=standing).note(self._clock())
        return self._signed_in(user, session)

    def _new_session(self, user: User, device_name: str | None) -> SignInSession:
        session_id = new_id("sid")
        now = self._clock()
        return SignInSession(
            session_id=session_id,
            user_id=user.user_id,
            generation=1,
            token_hash=self._tokens.refresh_hash(session_id, 1),
            rotated_at=now,
            expires_at=now + REFRESH_TOKEN_LIFETIME,
            device=device_name,
            created_at=now,
        )

    def _signed_in(self, user: User, session: SignInSession, device_token: str | None = None) -> SignedIn:
        return SignedIn(
            user,
            self._tokens.issue_access(user, session.session_id),
            self._tokens.issue_refresh(session, user.role),
            device_token,
        )


class SignOutService:
    """Ends the session of a refresh token, which needs no key that signs."""

    def __init__(self, sessions: SignInSessions, tokens: RefreshTokens, limits: Limits) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._limits = limits

    def logout(self, refresh_token: str) -> None:
        """End the token's session; a second time changes nothing.

        Raises
        ------
        Unauthenticated, TokenExpired, TooManyRequests
        """
        claims = self._tokens.verify_refresh(refresh_token)
        try:
            self._sessions.end(claims.principal, claims.session_id, self._limits[SESSIONS])
        except Unauthenticated:
            # Ended already, by whatever it was.
            return
