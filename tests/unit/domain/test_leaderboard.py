"""Ranks: of all members, of some that follow each other, and of one by the first hundred."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.leaderboard import (
    LEADERBOARD_LENGTH,
    Ahead,
    Standing,
    rank_among_first,
    ranked,
    ranks_of,
)

STANDINGS = st.lists(
    st.builds(Standing, st.text(max_size=3), st.integers(0, 5)), unique_by=lambda one: one.user_id, min_size=1
)


@given(STANDINGS)
def test_ranks(standings: list[Standing]) -> None:
    rows = ranked(standings)
    assert {standing for _, standing in rows} == set(standings)
    for rank, standing in rows:
        assert rank == 1 + sum(other.points > standing.points for other in standings)
    assert [standing.points for _, standing in rows] == sorted((one.points for one in standings), reverse=True)


@given(STANDINGS, st.data())
def test_ranks_of_some_rows_are_those_of_the_whole_board(standings: list[Standing], data: st.DataObject) -> None:
    board = ranked(standings)
    first = data.draw(st.integers(0, len(board) - 1))
    last = data.draw(st.integers(first, len(board) - 1))
    rows = [standing for _, standing in board[first : last + 1]]
    more = sum(one.points > rows[0].points for one in standings)
    tied = first - more
    assert ranks_of(rows, Ahead(more, tied)) == [rank for rank, _ in board[first : last + 1]]


def test_rank_by_the_first_hundred_is_told_where_all_who_are_ahead_are_in_them() -> None:
    first = [Standing(f"usr_{number}", 500 - number) for number in range(LEADERBOARD_LENGTH)]
    assert rank_among_first(first, Standing("usr_9", 491)) == 10
    assert rank_among_first(first, Standing("usr_new", 401)) == LEADERBOARD_LENGTH
    assert rank_among_first(first, Standing("usr_new", 400)) is None
    assert rank_among_first(first[:5], Standing("usr_new", 0)) == 6


def test_rank_by_the_first_hundred_passes_over_ones_own_place_of_before() -> None:
    first = [Standing("usr_1", 30), Standing("usr_me", 20)]
    assert rank_among_first(first, Standing("usr_me", 10)) == 2
