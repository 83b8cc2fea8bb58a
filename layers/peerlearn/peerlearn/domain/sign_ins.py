"""Decisions on a sign-in whose password was right, and on a refresh token that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from peerlearn.domain.errors import AccountSuspended, TokenReused, Unauthenticated
from peerlearn.domain.limits import Limit, Window, note_usage
from peerlearn.domain.mails import Mail
from peerlearn.domain.standing import Admission, Standing, session_ended
from peerlearn.domain.throttling import Allowance
from peerlearn.domain.users import AccountState, RefreshClaims, SignInSession, User


class SignInSituation(NamedTuple):
    """The state that a sign-in depends on.

    Attributes
    ----------
    standing: Standing or None
        The account's; None where the account is gone, or while `is_presumed`.
    wrong_passwords: Window or None
        The window of wrong passwords where it stood in the way.
    is_presumed: bool
        Whether nothing has been read of the account: it is presumed to be active and to have room.
    """

    standing: Standing | None = None
    wrong_passwords: Window | None = None
    is_presumed: bool = True


@dataclass(frozen=True, slots=True)
class SignIn:
    """A session that is to begin, and what it is held to.

    Attributes
    ----------
    user: User
        The account as it was when the password was checked.
    allowance: Allowance
        Of wrong passwords: it must not be used up.
    limit: Limit
        Of sign-ins to one account.
    mails: sequence of Mail
        That leave with it, where the device is a new one.
    """

    user: User
    session: SignInSession
    allowance: Allowance
    limit: Limit
    mails: Sequence[Mail] = ()

    def may_begin(self, found: SignInSituation, now: datetime) -> bool:
        """Return whether the password that was checked is the present one.

        Raises
        ------
        AccountSuspended, TooManyRequests
        """
        if found.wrong_passwords is not None:
            self.allowance.require_room(found.wrong_passwords, now)
        if found.is_presumed:
            return True
        standing = found.standing
        if standing is not None and standing.state is AccountState.SUSPENDED:
            raise AccountSuspended
        if standing is None or standing.epoch != self.user.session_epoch:
            return False
        second = int(now.timestamp())
        window = standing.window(self.limit, second)
        note_usage(self.limit, window.count, window.closes_at, second)
        if window.count >= self.limit.quota:
            raise self.limit.exceeded(window.closes_at - second)
        return True


class Shown(NamedTuple):
    """A refresh token that is shown: presumed to be its session's live one, or found not to be."""

    admission: Admission
    is_live: bool = True
    session: SignInSession | None = None


def answered_again(claims: RefreshClaims, session: SignInSession | None) -> SignInSession:
    """Return the session whose last answer is given once more, to a token that is not the live one.

        parent of the live one   -->  the live one again, however late: a reply may have been lost
        of a session that ended  -->  Unauthenticated
        anything older           -->  TokenReused

    A family that has ended stays ended, and a spent token stays spent.

    Raises
    ------
    Unauthenticated, TokenReused
    """
    if session is None or (session.revoked and _is_known(claims, session)):
        raise session_ended()
    # Also our own rotation looks like this when its reply was lost and the client library repeated it.
    if session.previous_hash == claims.token_hash:
        return session
    raise TokenReused


def refusal(claims: RefreshClaims, session: SignInSession | None) -> Unauthenticated:
    """Return the refusal of a token whose session has ended: others may have renewed the session before that."""
    return session_ended() if session is None or _is_known(claims, session) else TokenReused()


def _is_known(claims: RefreshClaims, session: SignInSession) -> bool:
    """Return whether the token that is shown is the session's last one, or the parent of that."""
    return claims.token_hash in (session.token_hash, session.previous_hash)
