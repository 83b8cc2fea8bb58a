"""Admitting writes: what the process knows of an account, and what it has to ask."""

from __future__ import annotations

import pytest

from peerlearn.domain.errors import TooManyRequests
from peerlearn.domain.limits import MESSAGES, Limits, Window
from peerlearn.domain.standing import KnownStandings, Standing
from peerlearn.domain.users import Principal, Role
from peerlearn.services.standing import StandingService
from tests.fakes.clock import START, FakeClock
from tests.fakes.standing import FakeStandings

ADA = Principal("usr_ada", Role.LEARNER, "ses_1")
LIMIT = Limits()[MESSAGES]


@pytest.fixture
def standings() -> FakeStandings:
    standings = FakeStandings()
    standings.sign_in(ADA.user_id, ADA.role, ADA.session_id)
    return standings


def service(standings: FakeStandings, clock: FakeClock, uses: int) -> StandingService:
    """Return the service of a process that has seen so many uses in a window that closes in a minute."""
    known = KnownStandings()
    windows = {MESSAGES: Window(uses, int(START.timestamp()) + LIMIT.seconds)}
    known.learn(Standing(ADA.user_id, ADA.role, sessions={ADA.session_id: 0}, windows=windows))
    return StandingService(standings, Limits(), known, clock)


def test_admit_with_a_window_that_was_seen_full_asks_nobody(standings: FakeStandings) -> None:
    full = service(standings, FakeClock(), LIMIT.quota)
    for ask in (full.admit, full.admission):
        with pytest.raises(TooManyRequests) as refused:
            ask(ADA, MESSAGES)
        assert refused.value.retry_after == LIMIT.seconds
    assert standings.reads == 0


def test_admit_with_room_for_one_more_asks_the_table(standings: FakeStandings) -> None:
    service(standings, FakeClock(), LIMIT.quota - 1).admit(ADA, MESSAGES)
    assert standings.reads == 1


def test_admit_after_a_full_window_has_closed_asks_the_table(standings: FakeStandings) -> None:
    clock = FakeClock()
    full = service(standings, clock, LIMIT.quota)
    clock.advance(LIMIT.seconds)
    full.admit(ADA, MESSAGES)
    assert standings.reads == 1
