"""The sign-in sessions of a person: which there are, and ending them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from peerlearn.domain.calendars import CalendarLink, link_stands
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import NotFound
from peerlearn.domain.standing import Admission, Standing, require_standing
from peerlearn.domain.users import AuthorityChange, Principal, SignInSession
from peerlearn.services.authority import Accounts, change_own
from peerlearn.services.ending import end_session


class SignInSessions(Protocol):
    """See `peerlearn.persistence.sign_in_sessions`."""

    def of_user(self, user_id: str) -> tuple[Standing | None, list[SignInSession], CalendarLink | None]: ...
    def end(self, admission: Admission, session_id: str, now: datetime, token: str) -> bool: ...


class Calendars(Protocol):
    """See `peerlearn.persistence.calendars`."""

    def remove_link_of(self, user_id: str, session_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class OwnSignInSessions:
    """The sessions that have not ended, newest first, and the calendar link that one of them has made."""

    sessions: Sequence[SignInSession]
    calendar_link: CalendarLink | None


class SignInSessionService:
    """The use cases of the `sessions` endpoints."""

    def __init__(
        self, sessions: SignInSessions, accounts: Accounts, calendars: Calendars, clock: Clock = utc_now
    ) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._calendars = calendars
        self._clock = clock

    def mine(self, caller: Principal) -> OwnSignInSessions:
        """Return the caller's sessions that have not ended, and the calendar link that one of them has made.

        Raises
        ------
        Unauthenticated
            The session has ended.
        """
        standing, sessions, link = self._sessions.of_user(caller.user_id)
        present = require_standing(standing, caller)
        standing_ones = sessions_that_stand(present, sessions, self._clock())
        standing_ones.sort(key=lambda one: (one.created_at or one.rotated_at, one.session_id), reverse=True)
        return OwnSignInSessions(standing_ones, link if link is not None and link_stands(link, present) else None)

    def end(self, caller: Principal, session_id: str) -> None:
        """End one session of the caller's, and the calendar link that it made.

        Raises
        ------
        NotFound
            They have no such session, or it has ended.
        Unauthenticated, TemporarilyUnavailable
        """
        # First the link: a caller who is cut off in between still sees the session, and ends it by a second call.
        self._calendars.remove_link_of(caller.user_id, session_id)
        if not end_session(self._sessions, Admission(caller), session_id, self._clock()):
            raise NotFound("You have no such session.")

    def end_others(self, caller: Principal) -> None:
        """End every session of the caller's but the one that asks, and the calendar links that those made.

        Raises
        ------
        Unauthenticated
            The session has ended, or the account was erased.
        Conflict
            The account was changed at the same moment from elsewhere.
        """
        user = self._accounts.user(caller.user_id)
        if user is None:
            raise account_erased()
        change = AuthorityChange(kept_session=caller.session_id)
        change_own(self._accounts, user, change, [], self._clock())


def sessions_that_stand(standing: Standing, sessions: Sequence[SignInSession], now: datetime) -> list[SignInSession]:
    """Return those that have neither ended nor expired."""
    return [one for one in sessions if one.session_id in standing.sessions and one.expires_at > now]
