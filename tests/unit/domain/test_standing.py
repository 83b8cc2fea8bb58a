"""The worth of a token, by the account's standing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from peerlearn.domain.errors import Forbidden, TooManyRequests, Unauthenticated
from peerlearn.domain.limits import Limit, Window
from peerlearn.domain.standing import ADMINISTRATORS, AUTHORS, Admission, Standing, require_standing
from peerlearn.domain.users import AccountState, Principal, Role
from tests.fakes.clock import START

CALLER = Principal("usr_1", Role.TUTOR, "sid_1")
STANDING = Standing("usr_1", Role.TUTOR, sessions={"sid_1": 1, "sid_2": 1})
LIMIT = Limit("messages", 2, 60)
SECOND = int(START.timestamp())


def with_uses(count: int, closes_in: int = 30) -> Standing:
    return replace(STANDING, windows={LIMIT.name: Window(count, SECOND + closes_in)})


def test_session_that_stands_is_let_in() -> None:
    assert require_standing(STANDING, CALLER) is STANDING


@pytest.mark.parametrize(
    "standing",
    [
        None,
        replace(STANDING, state=AccountState.ERASED),
        replace(STANDING, sessions={"sid_2": 1}),
        replace(STANDING, sessions={}),
        replace(STANDING, role=Role.LEARNER),
        replace(STANDING, role=Role.ADMIN),
    ],
    ids=["no account", "erased", "session ended", "every session ended", "demoted", "promoted"],
)
def test_token_of_another_standing_is_worth_nothing(standing: Standing | None) -> None:
    with pytest.raises(Unauthenticated):
        require_standing(standing, CALLER)
    with pytest.raises(Unauthenticated):
        Admission(CALLER).seeing(standing, START)


def test_role_is_asked_of_the_account() -> None:
    STANDING.require_role(AUTHORS)
    with pytest.raises(Forbidden):
        STANDING.require_role(ADMINISTRATORS)
    with pytest.raises(Forbidden):
        Admission(CALLER, roles=ADMINISTRATORS).seeing(STANDING, START)


@pytest.mark.parametrize("standing", [with_uses(1), with_uses(2, closes_in=-1), STANDING])
def test_room_within_a_limit_is_enough(standing: Standing) -> None:
    assert Admission(CALLER, (LIMIT,)).seeing(standing, START).standing is standing


def test_full_window_admits_nobody_until_it_closes() -> None:
    with pytest.raises(TooManyRequests) as refusal:
        Admission(CALLER, (LIMIT,)).seeing(with_uses(2), START)
    assert refusal.value.retry_after == 30
