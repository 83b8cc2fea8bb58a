"""Leaderboards: best first, equal points with equal rank, and the next rank leaves as many places (1, 1, 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEADERBOARD_LENGTH = 100
# Members ahead of somebody are counted one by one in the index, so no further than this.
COUNTED_AHEAD = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A member of a course and the points they earned in it."""

    user_id: str
    points: int


@dataclass(frozen=True, slots=True)
class Leader:
    """A row of a leaderboard; without a rank where more than a thousand members are ahead."""

    rank: int | None
    user_id: str
    name: str
    points: int

    @property
    def place(self) -> tuple[int, str]:
        """Return where the row is on the leaderboard: the lowest place first, which has the most points."""
        return -self.points, self.user_id


@dataclass(frozen=True, slots=True)
class OwnRank:
    """The caller's own rank; None where more than a thousand members are ahead."""

    rank: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """Members ahead of a row: those with more points, and those that stand before it with as many."""

    with_more: int
    tied: int = 0


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Rows of a leaderboard, and the caller's own rank where they are a member."""

    rows: Sequence[Leader]
    me: OwnRank | None


def ranked(standings: Iterable[Standing]) -> list[tuple[int, Standing]]:
    """Return the members with their ranks, best first; equals are in the order of their ids."""
    ordered = sorted(standings, key=lambda one: (-one.points, one.user_id))
    return list(zip(ranks_of(ordered, Ahead(0)), ordered, strict=True))


def ranks_of(rows: Sequence[Standing], ahead: Ahead) -> list[int]:
    """Return the ranks of rows that follow each other, best first.

    Parameters
    ----------
    ahead: Ahead
        Of the first row.
    """
    ranks: list[int] = []
    for number, row in enumerate(rows):
        if number == 0:
            ranks.append(ahead.with_more + 1)
        elif row.points == rows[number - 1].points:
            ranks.append(ranks[-1])
        else:
            ranks.append(ahead.with_more + ahead.tied + number + 1)
    return ranks


def rank_among_first(first: Sequence[Standing], me: Standing) -> int | None:
    """Return the rank of a member by the first rows of the leaderboard; None where some who are ahead are missing."""
    if len(first) >= LEADERBOARD_LENGTH and me.points < min(one.points for one in first):
        return None
    return 1 + sum(one.points > me.points for one in first if one.user_id != me.user_id)
