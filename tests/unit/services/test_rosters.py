"""A roster is complete or not given, whichever way its index lags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from peerlearn.domain.courses import Seats
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.services.rosters import Rosters
from tests.unit.services.test_enrollments import COURSE


class Members:
    """A course of so many taken seats, of whom the index shows some and the table knows all."""

    def __init__(
        self, shown: Sequence[str], holding: Sequence[str], *, waiting: Sequence[str] = (), exists: bool = True
    ) -> None:
        self.shown = list(shown)
        self.holding = list(holding)
        self.waiting = list(waiting)
        self.exists = exists

    def seats(self, course_id: str) -> Seats | None:
        if not self.exists:
            return None
        return replace(COURSE, course_id=course_id, taken=len(self.holding), waitlist_length=len(self.waiting))

    def seat_holders(self, course_id: str) -> list[str]:
        return self.shown

    def waiters(self, course_id: str) -> list[str]:
        return self.waiting

    def with_seat(self, course_id: str, learner_ids: Sequence[str]) -> list[str]:
        return [one for one in learner_ids if one in self.holding]


@pytest.mark.parametrize(
    ("shown", "holding"),
    [(["ada"], ["ada", "bob"]), (["ada"], ["bob"]), ([], ["bob"]), (["ada", "eve"], ["ada", "bob"])],
    ids=["new one missing", "left one for the new one", "none", "as many as there are"],
)
def test_roster_that_misses_somebody_is_not_given(shown: list[str], holding: list[str]) -> None:
    with pytest.raises(TemporarilyUnavailable):
        Rosters(Members(shown, holding)).members_and_waiters("crs_1")


def test_who_has_left_is_not_on_it() -> None:
    assert Rosters(Members(["ada", "bob", "eve"], ["ada", "eve"])).members_and_waiters("crs_1") == ["ada", "eve"]


def test_who_waits_comes_after_the_members() -> None:
    members = Members(["ada"], ["ada"], waiting=["eve", "bob"])
    assert Rosters(members).members_and_waiters("crs_1") == ["ada", "eve", "bob"]


def test_course_that_is_gone_has_nobody() -> None:
    assert Rosters(Members(["ada"], [], waiting=["bob"], exists=False)).members_and_waiters("crs_1") == []
