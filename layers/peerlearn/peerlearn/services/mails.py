"""Sending mails: those about an account at least once, to readers who may still have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from peerlearn.domain.addresses import same_address
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import TooManyRequests
from peerlearn.domain.limits import RESET_MAILS, UNPROVEN_MAILS, Limits
from peerlearn.domain.mail_tokens import MailToken, TokenKind, new_token
from peerlearn.domain.mails import Letter, Mail, MailKind, Outcome
from peerlearn.domain.notices import Notice
from peerlearn.domain.suppressions import Suppression
from peerlearn.domain.throttling import Allowance
from peerlearn.domain.users import Credential, Language, User
from peerlearn.services.throttling import Uses, count_use


class Outbox(Protocol):
    """See `peerlearn.persistence.mails`."""

    def mail(self, mail_id: str) -> Mail | None: ...
    def remove(self, mail_id: str) -> None: ...
    def keep_token(self, token: MailToken) -> None: ...


class Accounts(Protocol):
    """See `peerlearn.persistence.accounts`."""

    def user(self, user_id: str) -> User | None: ...
    def credential(self, email: str) -> Credential | None: ...


class Suppressions(Protocol):
    """See `peerlearn.persistence.suppressions`."""

    def of(self, address: str) -> Suppression: ...


class Texts(Protocol):
    """See `peerlearn.adapters.mail_texts`."""

    def letter(self, kind: MailKind, language: Language, time_zone: str, values: Mapping[str, object]) -> Letter: ...


class Post(Protocol):
    """See `peerlearn.adapters.mailing`."""

    def send(self, address: str, letter: Letter) -> None: ...


# The page of the front end that a link leads to, and the kind of its token.
_LINKS: Mapping[MailKind, tuple[str, TokenKind]] = {
    MailKind.ADDRESS_PROOF: ("verify", TokenKind.VERIFY),
    MailKind.ADDRESS_CHANGE: ("verify", TokenKind.VERIFY),
    MailKind.ADDRESS_CHANGING: ("undo", TokenKind.UNDO),
    MailKind.ADDRESS_CHANGED: ("undo", TokenKind.UNDO),
    MailKind.PASSWORD_RESET: ("reset", TokenKind.RESET),
}


class Notices(Protocol):
    """See `peerlearn.services.notice_mails`."""

    def deliver(self, mail: Mail, notice: Notice) -> Outcome: ...


class MailDelivery:
    """The worker's use case."""

    def __init__(
        self,
        outbox: Outbox,
        accounts: Accounts,
        suppressions: Suppressions,
        throttle: Uses,
        texts: Texts,
        post: Post,
        limits: Limits,
        app_url: str,
        notices: Notices,
        clock: Clock = utc_now,
    ) -> None:
        self._outbox = outbox
        self._accounts = accounts
        self._suppressions = suppressions
        self._throttle = throttle
        self._texts = texts
        self._post = post
        self._limits = limits
        self._app_url = app_url
        self._notices = notices
        self._clock = clock

    def deliver(self, mail_id: str) -> Outcome:
        """Send a mail, and forget it once it has left.

        Cut off in between, it is sent once more when the task comes again: a mail about somebody's security leaves at
        least once. Its link then has another token, which opens the same. A notice leaves at most once.

        Raises
        ------
        TemporarilyUnavailable
        """
        mail = self._outbox.mail(mail_id)
        if mail is None:
            return Outcome.GONE
        if mail.notice is not None:
            return self._notices.deliver(mail, mail.notice)
        outcome = self._sent(mail)
        self._outbox.remove(mail_id)
        return outcome

    def _sent(self, mail: Mail) -> Outcome:
        now = self._clock()
        if mail.is_stale(now):
            return Outcome.STALE
        user = self._reader(mail)
        if user is None:
            return Outcome.NOBODY
        if same_address(mail.address, user.email):
            # as its owner has written it, not as somebody who asked for a link did: servers may tell these apart
            mail = replace(mail, address=user.email)
        if mail.kind is MailKind.ADDRESS_CHANGE and not self._is_free(mail, user):
            mail = Mail(mail.mail_id, MailKind.ADDRESS_TAKEN, mail.address, mail.user_id, mail.created_at)
        if self._suppressions.of(mail.address).stops(mail, user, now):
            return Outcome.SUPPRESSED
        if not self._has_room(mail, user, now):
            return Outcome.TOO_MANY
        values = self._values(mail, user, now)
        self._post.send(mail.address, self._texts.letter(mail.kind, user.language, user.time_zone, values))
        return Outcome.SENT

    def _reader(self, mail: Mail) -> User | None:
        """Return the account that a mail is about, unless what it tells is not so any more."""
        user_id = mail.user_id
        if user_id is None:
            credential = self._accounts.credential(mail.address)
            user_id = credential.user.user_id if credential else None
        user = self._accounts.user(user_id) if user_id is not None else None
        if user is None:
            return None
        pending = user.address.pending
        is_so = {
            MailKind.ADDRESS_PROOF: same_address(mail.address, user.email) and not user.email_verified,
            MailKind.PASSWORD_RESET: same_address(mail.address, user.email),
            MailKind.ADDRESS_CHANGE: pending is not None and same_address(mail.address, pending.email),
        }
        return user if is_so.get(mail.kind, True) else None

    def _is_free(self, mail: Mail, user: User) -> bool:
        other = self._accounts.credential(mail.address)
        return other is None or other.user.user_id == user.user_id

    def _has_room(self, mail: Mail, user: User, now: datetime) -> bool:
        """Return whether the address may have one mail more: nobody floods it by asking for them."""
        names = []
        if mail.kind is MailKind.PASSWORD_RESET:
            names.append(RESET_MAILS)
        if not (user.email_verified and same_address(mail.address, user.email)):
            names.append(UNPROVEN_MAILS)
        try:
            for name in names:
                count_use(self._throttle, Allowance.of(self._limits[name], mail.address.lower()), now)
        except TooManyRequests:
            return False
        return True

    def _values(self, mail: Mail, user: User, now: datetime) -> dict[str, object]:
        # An address that nobody has proven may be a stranger's, who is shown no text that somebody else has chosen.
        known = user.email_verified and mail.kind not in (MailKind.ADDRESS_CHANGE, MailKind.ADDRESS_TAKEN)
        values: dict[str, object] = {
            **mail.told,
            "name": user.name if known else "",
            "at": mail.created_at,
            "app": self._app_url,
        }
        if mail.kind not in _LINKS:
            return values
        page, kind = _LINKS[mail.kind]
        text, token = new_token(kind, user.user_id, mail.address, _number(mail, user), now)
        self._outbox.keep_token(token)
        return values | {"link": f"{self._app_url}#/{page}?token={text}", "until": token.expires_at}


def _number(mail: Mail, user: User) -> int:
    """Return what a token is about: a change of address, or the passwords that links have set so far."""
    if mail.kind is MailKind.PASSWORD_RESET:
        return user.address.resets
    if mail.kind is MailKind.ADDRESS_CHANGE:
        return user.address.changes
    return int(mail.data.get("number", 0))
