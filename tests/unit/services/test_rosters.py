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

    def seat_holders(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]:
        return page_of(self.shown, place, limit)

    def waiters(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]:
        return page_of(self.waiting, place, limit)

    def with_seat(self, course_id: str, learner_ids: Sequence[str]) -> list[str]:
        return [one for one in learner_ids if one in self.holding]


def page_of(names: Sequence[str], place: str, limit: int) -> tuple[list[str], str | None]:
    start = names.index(place) + 1 if place else 0
    found = list(names[start : start + limit])
    return found, found[-1] if start + limit < len(names) else None


def walked(members: Members, limit: int) -> list[str]:
    """Everybody who holds a seat, then who waits for one; nobody where there is no such course."""
    rosters, seats = Rosters(members), members.seats("crs_1")
    if seats is None:
        return []
    found: list[str] = []
    place, counted = "", 0
    while True:
        page = rosters.holders(seats, place, counted, limit)
        found += page.learner_ids
        if page.place is None:
            break
        place, counted = page.place, page.counted
    place = ""
    while True:
        page = rosters.waiters(seats, place, limit)
        found += page.learner_ids
        if page.place is None:
            return found
        place = page.place


LIMITS = pytest.mark.parametrize("limit", [1, 2, 10])


@LIMITS
@pytest.mark.parametrize(
    ("shown", "holding"),
    [(["ada"], ["ada", "bob"]), (["ada"], ["bob"]), ([], ["bob"]), (["ada", "eve"], ["ada", "bob"])],
    ids=["new one missing", "left one for the new one", "none", "as many as there are"],
)
def test_roster_that_misses_somebody_is_not_given(shown: list[str], holding: list[str], limit: int) -> None:
    with pytest.raises(TemporarilyUnavailable):
        walked(Members(shown, holding), limit)


@LIMITS
def test_erased_learner_is_not_on_it(limit: int) -> None:
    assert walked(Members(["ada", "bob", "eve"], ["ada", "eve"]), limit) == ["ada", "eve"]


@LIMITS
def test_waiting_learners_come_after_the_members(limit: int) -> None:
    members = Members(["ada"], ["ada"], waiting=["eve", "bob"])
    assert walked(members, limit) == ["ada", "eve", "bob"]


def test_course_that_is_gone_has_nobody() -> None:
    assert walked(Members(["ada"], [], waiting=["bob"], exists=False), 1) == []
