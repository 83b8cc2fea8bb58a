"""The one place that proves passwords: at sign-in, and before a step that a signed-in person cannot take back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import InvalidCredentials, TooManyRequests, ValidationFailed
from peerlearn.domain.limits import WRONG_PASSWORDS, Limits, Window
from peerlearn.domain.passwords import password_weaknesses
from peerlearn.domain.throttling import Allowance, SignInLook, wrong_passwords
from peerlearn.domain.users import Credential, Principal, User
from peerlearn.services.throttling import count_use


class Throttle(Protocol):
    """See `peerlearn.persistence.throttling`."""

    def look_up(self, email: str, allowance: Allowance, now: datetime) -> SignInLook: ...
    def use(self, allowance: Allowance, window: Window, now: datetime, token: str) -> None: ...
    def report(self, allowance: Allowance, entry: AuditEntry, token: str) -> None: ...


class Passwords(Protocol):
    """See `peerlearn.adapters.passwords`."""

    def hash(self, password: str) -> str: ...
    def verify(self, password: str, password_hash: str | None) -> bool: ...
    def needs_renewal(self, password: str, password_hash: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """A password that was right, and the allowance under which it was looked at."""

    credential: Credential
    allowance: Allowance


class PasswordProof:
    """Checks a password, and counts the wrong ones of an account over all the addresses that they come from."""

    def __init__(
        self, throttle: Throttle, passwords: Passwords, trail: AuditTrail, limits: Limits, clock: Clock = utc_now
    ) -> None:
        self._throttle = throttle
        self._passwords = passwords
        self._trail = trail
        self._limits = limits
        self._clock = clock

    def prove(self, email: str, password: str, source: str, device: str | None = None) -> Proof:
        """Return the account of that address, whose password this is.

        Parameters
        ----------
        source: str
            The caller's network address as API Gateway saw it, for the audit trail.
        device: str, optional
            A device that has signed in to this account before: it has a count of its own.

        Raises
        ------
        InvalidCredentials
            Unknown address or wrong password: the same answer after the same work.
        TooManyRequests
            Ten wrong passwords were tried within 15 minutes: the right one is refused too, but not from a known device.
        """
        allowance = wrong_passwords(self._limits[WRONG_PASSWORDS], email, device)
        look = self._throttle.look_up(email, allowance, self._clock())
        try:
            allowance.require_room(look.window, self._clock())
        except TooManyRequests:
            self._report(allowance, look, source)
            raise
        credential = look.credential
        is_right = self._passwords.verify(password, credential.password_hash if credential else None)
        if credential is None or not is_right:
            count_use(self._throttle, allowance, self._clock(), look.window)
            raise InvalidCredentials
        return Proof(credential, allowance)

    def _report(self, allowance: Allowance, look: SignInLook, source: str) -> None:
        if look.credential is None or look.reported:
            return
        user_id = look.credential.user.user_id
        entry = self._trail.entry(
            None, AuditAction.SIGN_IN_BLOCKED, user_id, source=source, outcome="refused", attempts=look.window.count
        )
        self._throttle.report(allowance, entry, str(uuid4()))


class Profiles(Protocol):
    """See `peerlearn.persistence.accounts`."""

    def user(self, user_id: str) -> User | None: ...


def prove_own(accounts: Profiles, proof: PasswordProof, caller: Principal, password: str) -> Credential:
    """Return the caller's account, whose password this is.

    Raises
    ------
    InvalidCredentials, TooManyRequests
    Unauthenticated
        The account was erased.
    """
    user = accounts.user(caller.user_id)
    if user is None:
        raise account_erased()
    try:
        return proof.prove(user.email, password, caller.source).credential
    except InvalidCredentials as refusal:
        raise InvalidCredentials("The password is wrong.") from refusal


def require_strong(password: str, field: str) -> None:
    """Check a new password against the policy.

    Raises
    ------
    ValidationFailed
    """
    weaknesses = password_weaknesses(password)
    if weaknesses:
        raise ValidationFailed(*((field, weakness) for weakness in weaknesses))
