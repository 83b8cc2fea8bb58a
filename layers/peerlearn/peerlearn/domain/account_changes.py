"""Changes of an account by a link from a mail: its address is proven, changed or restored, its password replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from peerlearn.domain.addresses import same_address
from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.errors import TokenExpired
from peerlearn.domain.mail_tokens import MailToken, TokenKind, dead_link
from peerlearn.domain.mails import Mail
from peerlearn.domain.users import NEW_LEARNER, User


@dataclass(frozen=True, slots=True)
class AccountChange:
    """An account before and after, and what is written with it.

    Attributes
    ----------
    before: User
        As it was read: its version and its epoch have to be the same still.
    spent: MailToken or None
        The token that opens the change, which has to be there still.
    read_hash: str or None
        The password's hash as it was read, where the account moves to another address.
    password_hash: str or None
        The hash of a new password.
    session_id: str or None
        The session that asks, which must not have ended.
    """

    before: User
    after: User
    spent: MailToken | None = None
    read_hash: str | None = None
    password_hash: str | None = None
    session_id: str | None = None
    entries: Sequence[AuditEntry] = ()
    mails: Sequence[Mail] = ()

    @property
    def ends_sessions(self) -> bool:
        return self.after.session_epoch != self.before.session_epoch

    @property
    def moves(self) -> bool:
        """Whether the account has another address afterwards."""
        return not same_address(self.after.email, self.before.email)


def require_live(token: MailToken | None, kind: TokenKind) -> MailToken:
    """Return a token that is there and of that kind, be it late.

    Raises
    ------
    Unauthenticated
    """
    if token is None or token.kind is not kind:
        raise dead_link()
    return token


def proven_by(user: User, token: MailToken, now: datetime) -> User:
    """Return the account once its address, or the pending one, is proven.

        token of the present address  -->  it is proven
        token of the pending address  -->  it is the address, proven; every session ends

    Raises
    ------
    Unauthenticated, TokenExpired
    """
    if same_address(token.email, user.email):
        token.require_in_time(now)
        return replace(user, email_verified=True, address=user.address._replace(proven_at=now))
    pending = user.address.pending
    if pending is None or not same_address(token.email, pending.email) or token.number != pending.number:
        raise dead_link()
    if pending.epoch != user.session_epoch:
        raise dead_link()
    token.require_in_time(now)
    return replace(
        _without_sessions(user),
        email=pending.email,
        email_verified=True,
        address=user.address.carried_out(pending.number, now),
    )


def undone_by(user: User, token: MailToken, now: datetime) -> User:
    """Return the account with the address before the change that the token is about; every session ends.

    Raises
    ------
    Unauthenticated, TokenExpired
    """
    former = user.address.before(token.number)
    if former is None or not same_address(token.email, former.email):
        raise dead_link()
    token.require_in_time(now)
    if now >= former.until:
        raise TokenExpired("This change can no longer be undone.")
    return replace(
        _without_sessions(user),
        email=former.email,
        email_verified=True,
        address=user.address.undone(token.number, now),
    )


def reset_by(user: User, token: MailToken, now: datetime) -> User:
    """Return the account once a link has given it another password; every session ends, and the address is proven.

    An address that nobody had proven belongs to the person who proves it: the fields that an earlier registration had
    put on the account for others to see are gone with its sessions.

    Raises
    ------
    Unauthenticated, TokenExpired
    """
    if token.number != user.address.resets or not same_address(token.email, user.email):
        raise dead_link()
    token.require_in_time(now)
    address = user.address._replace(pending=None, resets=user.address.resets + 1, proven_at=now)
    after = replace(_without_sessions(user), email_verified=True, address=address)
    if user.email_verified:
        return after
    return replace(after, name=NEW_LEARNER, interests=(), learning_goals=())


def _without_sessions(user: User) -> User:
    return replace(user, session_epoch=user.session_epoch + 1, kept_session=None)
