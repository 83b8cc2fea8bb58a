"""The way back into an account whose password is lost."""

from __future__ import annotations

from typing import Protocol

from peerlearn.domain.account_changes import AccountChange, reset_by
from peerlearn.domain.audit import AuditAction, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.limits import FORGOTTEN_PASSWORDS, Limits
from peerlearn.domain.mail_tokens import MailToken, TokenKind
from peerlearn.domain.mails import Mail, MailKind, Mailroom
from peerlearn.domain.throttling import Allowance
from peerlearn.domain.users import User
from peerlearn.services.addresses import LinkOpener
from peerlearn.services.proofs import Passwords, require_strong
from peerlearn.services.throttling import Uses, count_use


class Outbox(Protocol):
    """See `peerlearn.persistence.mails`."""

    def add(self, mail: Mail) -> None: ...


class RecoveryService:
    """The use cases of the endpoints about a forgotten password."""

    def __init__(
        self,
        outbox: Outbox,
        links: LinkOpener,
        throttle: Uses,
        passwords: Passwords,
        trail: AuditTrail,
        limits: Limits,
        mailroom: Mailroom,
        clock: Clock = utc_now,
    ) -> None:
        self._outbox = outbox
        self._links = links
        self._throttle = throttle
        self._passwords = passwords
        self._trail = trail
        self._limits = limits
        self._mailroom = mailroom
        self._clock = clock

    def forgot(self, email: str, source: str) -> None:
        """Have a link mailed to an address, if it has an account.

        Nobody looks here whether it has one: that is the worker's, so neither the answer nor its time tells.

        Raises
        ------
        MailDisabled
        TooManyRequests
            Of the network address that asks.
        """
        self._mailroom.require_open()
        count_use(self._throttle, Allowance.of(self._limits[FORGOTTEN_PASSWORDS], source), self._clock())
        for mail in self._mailroom.to_address(email, MailKind.PASSWORD_RESET):
            self._outbox.add(mail)

    def reset(self, token: str, new_password: str, source: str) -> None:
        """Give the account of a token another password; every session ends, and the address is proven.

        Raises
        ------
        MailDisabled, TooManyRequests
        ValidationFailed
            The password breaks a rule.
        Unauthenticated
            The token was spent, replaced or altered.
        TokenExpired
            It is older than an hour.
        TemporarilyUnavailable
        """
        require_strong(new_password, "newPassword")
        self._links.spend(
            token, TokenKind.RESET, source, lambda user, shown: self._reset(user, shown, new_password, source)
        )

    def _reset(self, user: User, token: MailToken, new_password: str, source: str) -> AccountChange:
        after = reset_by(user, token, self._clock())
        entry = self._trail.entry(None, AuditAction.PASSWORD_CHANGED, user.user_id, source=source, by="mail")
        return AccountChange(
            user,
            after,
            password_hash=self._passwords.hash(new_password),
            entries=[entry],
            mails=self._mailroom.to(after, MailKind.PASSWORD_CHANGED),
        )
