"""Registering, signing in, and refreshing a session."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import InvalidCredentials, TokenReused, Unauthenticated
from peerlearn.domain.ids import new_id
from peerlearn.domain.limits import REFRESHES, REGISTRATIONS, SIGN_INS, Limits
from peerlearn.domain.mails import Mail, MailKind, Mailroom
from peerlearn.domain.notices import new_mail_key
from peerlearn.domain.sign_ins import Shown, SignIn, SignInSituation, answered_again, refusal
from peerlearn.domain.standing import Admission, Standing
from peerlearn.domain.throttling import Allowance
from peerlearn.domain.users import (
    REFRESH_TOKEN_LIFETIME,
    Credential,
    Language,
    RefreshClaims,
    Role,
    SignInSession,
    User,
)
from peerlearn.services.deciding import from_presumption
from peerlearn.services.ending import end_session
from peerlearn.services.proofs import PasswordProof, Passwords, require_strong
from peerlearn.services.standing import Standings, admitted
from peerlearn.services.throttling import Uses, count_use

# Another sign-in of the account may come in between, or another of its requests.
_TRIES_MAX = 5


class Accounts(Protocol):
    """See `peerlearn.persistence.accounts`."""

    def add(self, credential: Credential, session: SignInSession, token: str, mails: Sequence[Mail] = ()) -> None: ...
    def renew_hash(self, credential: Credential, new_hash: str) -> None: ...


class SignInSessions(Protocol):
    """See `peerlearn.persistence.sign_in_sessions`."""

    def begin(self, sign_in: SignIn, situation: SignInSituation, now: datetime, token: str) -> None: ...
    def rotate(
        self, claims: RefreshClaims, next_hash: str, shown: Shown, now: datetime, token: str
    ) -> SignInSession: ...
    def session(self, user_id: str, session_id: str) -> SignInSession | None: ...
    def present(self, user_id: str) -> tuple[User | None, Standing | None]: ...
    def end(self, admission: Admission, session_id: str, now: datetime, token: str) -> bool: ...


class Tokens(Protocol):
    """See `peerlearn.adapters.tokens`."""

    def issue_access(self, user: User, session_id: str) -> str: ...
    def issue_refresh(self, session: SignInSession, role: Role) -> str: ...
    def refresh_hash(self, session_id: str, generation: int) -> str: ...
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
        standings: Standings,
        proof: PasswordProof,
        throttle: Uses,
        passwords: Passwords,
        tokens: Tokens,
        devices: Devices,
        limits: Limits,
        mailroom: Mailroom,
        clock: Clock = utc_now,
    ) -> None:
        self._accounts = accounts
        self._mailroom = mailroom
        self._sessions = sessions
        self._standings = standings
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
        language: Language = Language.ENGLISH,
        time_zone: str = "UTC",
        proven: bool = False,
    ) -> SignedIn:
        """Add a learner, signed in, and mail the link that proves the address, unless the operator vouches for it.

        `source` is the caller's network address as API Gateway saw it; empty where an operator acts.

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
            count_use(self._throttle, Allowance.of(self._limits[REGISTRATIONS], source), self._clock())
        user = self._new_user(name, email, role, interests, learning_goals)
        user = replace(user, language=language, time_zone=time_zone, email_verified=proven, mail_key=new_mail_key())
        session = self._new_session(user, device_name)
        mails = [] if proven else self._mailroom.to(user, MailKind.ADDRESS_PROOF)
        self._accounts.add(Credential(self._passwords.hash(password), user), session, str(uuid4()), mails)
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
            The token that an earlier sign-in from the device was answered.

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
        told = [] if device else self._mailroom.to(user, MailKind.DEVICE_NEW)
        if not self._begin(SignIn(user, session, proof.allowance, self._limits[SIGN_INS], told)):
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
        session = self._rotate(claims, next_hash)
        user, standing = self._sessions.present(claims.user_id)
        if user is None or standing is None or claims.session_id not in standing.sessions:
            # It ended behind the rotation; by then the token that was shown may be an older one.
            raise self._refusal(claims)
        Admission(claims.principal, (self._limits[REFRESHES],), standing=standing).note(self._clock())
        return self._signed_in(user, session)

    def _begin(self, sign_in: SignIn) -> bool:
        """Store the session of a sign-in; return False where another password is the present one by now."""
        now = self._clock()

        def carry_out(found: SignInSituation, token: str) -> bool:
            if not sign_in.may_begin(found, now):
                return False
            self._sessions.begin(sign_in, found, now, token)
            return True

        return from_presumption(SignInSituation(), carry_out, tries=_TRIES_MAX)

    def _rotate(self, claims: RefreshClaims, next_hash: str) -> SignInSession:
        """Spend the token that is shown, or answer it once more; one that is older ends its session."""
        admission, now = Admission(claims.principal, (self._limits[REFRESHES],)), self._clock()

        def carry_out(shown: Shown, token: str) -> SignInSession:
            if shown.is_live:
                return self._sessions.rotate(claims, next_hash, shown, now, token)
            return self._answer_again(claims, shown, now)

        return from_presumption(Shown(admission), carry_out, tries=_TRIES_MAX)

    def _answer_again(self, claims: RefreshClaims, shown: Shown, now: datetime) -> SignInSession:
        try:
            session = answered_again(claims, shown.session)
        except TokenReused:
            with suppress(Unauthenticated):
                end_session(self._sessions, Admission(claims.principal), claims.session_id, now)
            raise
        try:
            # A repeated answer counts as well.
            admitted(self._standings, shown.admission, now)
        except Unauthenticated as ended:
            raise self._refusal(claims) from ended
        return session

    def _refusal(self, claims: RefreshClaims) -> Unauthenticated:
        return refusal(claims, self._sessions.session(claims.user_id, claims.session_id))

    def _new_user(
        self, name: str, email: str, role: Role, interests: Sequence[str], learning_goals: Sequence[str]
    ) -> User:
        return User(
            user_id=new_id("usr"),
            name=name,
            email=email,
            role=role,
            interests=tuple(interests),
            learning_goals=tuple(learning_goals),
            created_at=self._clock(),
        )

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
