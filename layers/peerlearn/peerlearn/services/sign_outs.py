"""Signing out."""

from __future__ import annotations

from typing import Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.limits import SESSIONS, Limits
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import RefreshClaims
from peerlearn.services.ending import EndingSessions, end_session


class RefreshTokens(Protocol):
    """See `peerlearn.adapters.tokens`: the part that needs no key that signs."""

    def verify_refresh(self, token: str) -> RefreshClaims: ...


class SignOutService:
    """Ends the session of a refresh token, which needs no key that signs."""

    def __init__(self, sessions: EndingSessions, tokens: RefreshTokens, limits: Limits, clock: Clock = utc_now) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._limits = limits
        self._clock = clock

    def logout(self, refresh_token: str) -> None:
        """End the token's session; a second time changes nothing.

        Raises
        ------
        Unauthenticated, TokenExpired, TooManyRequests
        """
        claims = self._tokens.verify_refresh(refresh_token)
        admission = Admission(claims.principal, (self._limits[SESSIONS],))
        try:
            end_session(self._sessions, admission, claims.session_id, self._clock())
        except Unauthenticated:
            # It has ended already.
            return
