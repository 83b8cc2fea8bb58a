"""Proving one's address, changing it, and taking a change back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from peerlearn.domain.account_changes import AccountChange, proven_by, require_live, undone_by
from peerlearn.domain.addresses import same_address
from peerlearn.domain.audit import AuditAction, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import Conflict, ValidationFailed
from peerlearn.domain.limits import MAIL_TOKENS, Limits
from peerlearn.domain.mail_tokens import MailToken, TokenKind, dead_link, named_by
from peerlearn.domain.mails import Mail, MailKind, Mailroom, masked
from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.retrying import Collision
from peerlearn.domain.throttling import Allowance
from peerlearn.domain.users import Credential, Principal, User
from peerlearn.services.deciding import until_applied
from peerlearn.services.proofs import PasswordProof, prove_own
from peerlearn.services.throttling import Uses, count_use

# Another link, or another change of the account, may come in between a look and a write.
_TRIES_MAX = 5


class Situation(Protocol):
    """See `peerlearn.persistence.addresses`."""

    @property
    def user(self) -> User | None: ...
    @property
    def token(self) -> MailToken | None: ...


class Addresses(Protocol):
    """See `peerlearn.persistence.addresses`."""

    def situation(self, user_id: str, token_hash: str) -> Situation: ...
    def apply(self, change: AccountChange, now: datetime, token: str) -> None: ...


class Accounts(Protocol):
    """See `peerlearn.persistence.accounts`."""

    def user(self, user_id: str) -> User | None: ...
    def credential(self, email: str) -> Credential | None: ...


class Outbox(Protocol):
    """See `peerlearn.persistence.mails`."""

    def add(self, mail: Mail) -> None: ...


class LinkOpener:
    """Opens what a mail's link leads to: the one place that spends its tokens."""

    def __init__(
        self, addresses: Addresses, throttle: Uses, limits: Limits, mailroom: Mailroom, clock: Clock = utc_now
    ) -> None:
        self._addresses = addresses
        self._throttle = throttle
        self._limits = limits
        self._mailroom = mailroom
        self._clock = clock

    def spend(
        self, text: str, kind: TokenKind, source: str, decide: Callable[[User, MailToken], AccountChange]
    ) -> User:
        """Return the account as the token has changed it.

        Parameters
        ----------
        source: str
            The caller's network address as API Gateway saw it.
        decide: callable
            Says what becomes of an account by a token of that kind, or refuses.

        Raises
        ------
        MailDisabled, TooManyRequests, TemporarilyUnavailable
        Unauthenticated
            The token was spent, replaced or altered, or is of another kind.
        """
        self._mailroom.require_open()
        count_use(self._throttle, Allowance.of(self._limits[MAIL_TOKENS], source), self._clock())
        user_id, token_hash = named_by(text)

        def carry_out(found: Situation, _: object, token: str) -> User:
            shown = require_live(found.token, kind)
            if found.user is None:
                raise dead_link()
            change = replace(decide(found.user, shown), spent=shown)
            self._addresses.apply(change, self._clock(), token)
            return change.after

        return until_applied(
            lambda admission: (self._addresses.situation(user_id, token_hash), admission),
            carry_out,
            tries=range(_TRIES_MAX),
        )


class AddressService:
    """The use cases of the endpoints about one's address."""

    def __init__(
        self,
        addresses: Addresses,
        accounts: Accounts,
        outbox: Outbox,
        links: LinkOpener,
        proof: PasswordProof,
        trail: AuditTrail,
        mailroom: Mailroom,
        clock: Clock = utc_now,
    ) -> None:
        self._addresses = addresses
        self._accounts = accounts
        self._outbox = outbox
        self._links = links
        self._proof = proof
        self._trail = trail
        self._mailroom = mailroom
        self._clock = clock

    def prove(self, token: str, source: str) -> User:
        """Return the account whose address the token proves; a pending address becomes its address.

        Raises
        ------
        MailDisabled, TooManyRequests
        Unauthenticated
            The token was spent, replaced or altered.
        TokenExpired
            It is older than 24 hours.
        EmailAlreadyRegistered
            Another account has the new address by now.
        TemporarilyUnavailable
        """
        return self._links.spend(token, TokenKind.VERIFY, source, lambda user, shown: self._proven(user, shown, source))

    def undo(self, token: str, source: str) -> User:
        """Give the account its former address back; every session ends, and a link to a new password is mailed.

        Raises
        ------
        MailDisabled, TooManyRequests
        Unauthenticated
            The token was spent, or an earlier change was undone.
        TokenExpired
            It is older than 72 hours.
        EmailAlreadyRegistered, TemporarilyUnavailable
        """
        return self._links.spend(token, TokenKind.UNDO, source, lambda user, shown: self._undone(user, shown, source))

    def send_again(self, caller: Principal) -> str:
        """Mail the link that proves the caller's address, or the one it is to be changed to; return that address.

        Raises
        ------
        MailDisabled
        Conflict
            There is nothing to prove.
        Unauthenticated
            The account was erased.
        """
        self._mailroom.require_open()
        user = self._user(caller)
        pending = user.address.pending
        if pending is not None and pending.epoch == user.session_epoch:
            mails = self._mailroom.to(user, MailKind.ADDRESS_CHANGE, address=pending.email)
        elif user.email_verified:
            raise Conflict("The address is proven.")
        else:
            mails = self._mailroom.to(user, MailKind.ADDRESS_PROOF)
        for mail in mails:
            self._outbox.add(mail)
        return mails[0].address

    def ask_for(self, caller: Principal, wanted: str, password: str) -> str:
        """Begin a change of the caller's address, which comes about once the new one proves itself.

        The answer is the same whether the new address has an account or not: the mail that goes there tells its reader.

        Raises
        ------
        MailDisabled, TooManyRequests
        InvalidCredentials
            The password is wrong.
        ValidationFailed
            It is the caller's address already.
        Unauthenticated
            The session has ended, or the account was erased.
        TemporarilyUnavailable
            The account kept changing.
        """
        self._mailroom.require_open()
        prove_own(self._accounts, self._proof, caller, password)

        def carry_out(user: User, _: object, token: str) -> str:
            if same_address(wanted, user.email):
                raise ValidationFailed(("newEmail", Problem(Rule.UNCHANGED, "is your address already")))
            now = self._clock()
            after = replace(user, address=user.address.asked_for(user.email, wanted, user.session_epoch, now))
            mails = [
                *self._mailroom.to(user, MailKind.ADDRESS_CHANGE, address=wanted),
                *self._mailroom.to(
                    user, MailKind.ADDRESS_CHANGING, wanted=masked(wanted), number=str(after.address.changes)
                ),
            ]
            change = AccountChange(user, after, session_id=caller.session_id, mails=mails)
            self._addresses.apply(change, now, token)
            return wanted

        return until_applied(lambda admission: (self._user(caller), admission), carry_out, tries=range(_TRIES_MAX))

    def _user(self, caller: Principal) -> User:
        user = self._accounts.user(caller.user_id)
        if user is None:
            raise account_erased()
        return user

    def _proven(self, user: User, token: MailToken, source: str) -> AccountChange:
        after = proven_by(user, token, self._clock())
        change = AccountChange(user, after)
        if not change.moves:
            return change
        entry = self._trail.entry(None, AuditAction.EMAIL_CHANGED, user.user_id, source=source)
        told = self._mailroom.to(
            after, MailKind.ADDRESS_CHANGED, address=user.email, wanted=masked(after.email), number=str(token.number)
        )
        return replace(change, read_hash=self._hash(user), entries=[entry], mails=told)

    def _undone(self, user: User, token: MailToken, source: str) -> AccountChange:
        after = undone_by(user, token, self._clock())
        entry = self._trail.entry(None, AuditAction.EMAIL_CHANGED, user.user_id, source=source, undone=True)
        change = AccountChange(user, after, entries=[entry], mails=self._mailroom.to(after, MailKind.PASSWORD_RESET))
        return replace(change, read_hash=self._hash(user)) if change.moves else change

    def _hash(self, user: User) -> str:
        credential = self._accounts.credential(user.email)
        if credential is None or credential.user.user_id != user.user_id:
            # moved, or erased, since the account was read
            raise Collision
        return credential.password_hash
