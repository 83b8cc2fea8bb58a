"""Standings in memory: whoever signs in stands, with the role they signed in with, until that is changed."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.limits import Limits
from peerlearn.domain.standing import Admission, KnownStandings, Standing
from peerlearn.domain.users import Role
from peerlearn.services.standing import StandingService


class FakeStandings:
    """`peerlearn.services.standing.Standings`; `reads` counts the questions."""

    def __init__(self) -> None:
        self.accounts: dict[str, Standing] = {}
        self.reads = 0

    def sign_in(self, user_id: str, role: Role, session_id: str) -> None:
        """Let a session of such an account stand."""
        self.accounts[user_id] = Standing(user_id, role, sessions={session_id: 0})

    def standing(self, user_id: str) -> Standing | None:
        self.reads += 1
        return self.accounts.get(user_id)

    def admit(self, admission: Admission, now: datetime) -> Admission:
        admitted = admission.seeing(self.standing(admission.caller.user_id), now)
        admitted.spent(now)
        return admitted


def fake_standing_service(standings: FakeStandings, clock: Clock = utc_now) -> StandingService:
    """The product's own rules about such standings."""
    return StandingService(standings, Limits(), KnownStandings(), clock)
