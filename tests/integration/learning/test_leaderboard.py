"""Ranks beyond the first hundred, and the rows around a member, against the whole board."""

from __future__ import annotations

from random import Random

import pytest

from peerlearn.domain.errors import NotEnrolled
from peerlearn.domain.leaderboard import Leaderboard, Standing, ranked
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.table import Table
from tests.integration.learning.conftest import School
from tests.integration.learning.test_growth import ADMIN, add_members, member
from tests.support.courses import Courses
from tests.support.wire import Wire


def learner(number: int) -> Principal:
    return Principal(f"usr_{number:05d}", Role.LEARNER, "sid_1")


def test_rows_around_each_member_are_those_of_the_whole_board(school: School, table: Table, courses: Courses) -> None:
    course = courses.add(None)
    chance = Random(7)  # noqa: S311 (a test's dice)
    points = {number: chance.choice((0, 0, 10, 10, 20, 30, 110)) for number in range(60)}
    gone = set(chance.sample(sorted(points), 12))
    add_members(
        table,
        [member(course, n, have, "dropped" if n in gone else "active") for n, have in points.items()],
    )
    here = [Standing(learner(n).user_id, have) for n, have in points.items() if n not in gone]
    ranks = {standing.user_id: rank for rank, standing in ranked(here)}
    have = {standing.user_id: standing.points for standing in here}
    for number in points.keys() - gone:
        me, limit = learner(number), chance.choice((1, 2, 5, 10))
        board = school.leaderboard.around(me, course, limit)
        rows = [row.user_id for row in board.rows]
        assert rows.count(me.user_id) == 1
        assert len(rows) == len(set(rows)) <= limit
        assert rows.index(me.user_id) <= (limit - 1) // 2
        assert [(row.rank, row.points) for row in board.rows] == [(ranks[one], have[one]) for one in rows]
        assert board.me is not None
        assert (board.me.rank, board.me.points) == (ranks[me.user_id], have[me.user_id])
        # nobody stands between two of the rows
        shown = [row.points for row in board.rows]
        between = [one for one in here if shown[0] > one.points > shown[-1] and one.user_id not in rows]
        assert between == []


def test_members_next_to_one_are_shown_on_both_sides(school: School, table: Table, courses: Courses) -> None:
    course = courses.add(None)
    add_members(table, [member(course, n, points=10 * n) for n in range(1, 40)])
    board = school.leaderboard.around(learner(20), course, 5)
    assert [(row.rank, row.points) for row in board.rows] == [(18, 220), (19, 210), (20, 200), (21, 190), (22, 180)]
    top = school.leaderboard.around(learner(39), course, 5)
    assert [row.rank for row in top.rows] == [1, 2, 3]


def test_a_member_below_the_hundredth_has_a_rank_for_one_call_more(
    wired: School, wire: Wire, table: Table, courses: Courses
) -> None:
    course = courses.add(None)
    add_members(table, [member(course, n, points=1000 - n) for n in range(150)])
    add_members(table, [member(course, 500, points=990, status="dropped")])
    board = wired.leaderboard.first(learner(99), course)
    assert _own(board) == (100, 901)
    usual = len(wire.calls)
    wire.forget()
    board = wired.leaderboard.first(learner(130), course)
    assert _own(board) == (131, 870)
    assert len(board.rows) == 100
    assert len(wire.calls) == usual + 1


def test_members_ahead_are_counted_up_to_a_thousand(wired: School, wire: Wire, table: Table, courses: Courses) -> None:
    course = courses.add(None)
    add_members(table, [member(course, n, points=5000 - n) for n in range(1010)])
    assert _own(wired.leaderboard.first(learner(1000), course)) == (1001, 4000)
    wire.forget()
    assert _own(wired.leaderboard.first(learner(1001), course)) == (None, 3999)
    assert wire.calls.count("Query") == 2
    # counted are those ahead of the first row, two places above
    around = wired.leaderboard.around(learner(1002), course, 5)
    assert [row.rank for row in around.rows] == [1001, 1002, 1003, 1004, 1005]
    around = wired.leaderboard.around(learner(1003), course, 5)
    assert _own(around) == (None, 3997)
    assert [(row.rank, row.points) for row in around.rows[:2]] == [(None, 3999), (None, 3998)]


def test_rows_around_cost_the_same_however_many_members_there_are(
    wired: School, wire: Wire, table: Table, courses: Courses
) -> None:
    course = courses.add(None)
    add_members(table, [member(course, n, points=n % 50) for n in range(60)])
    wired.leaderboard.around(learner(30), course, 5)
    small = sorted(wire.calls)
    add_members(table, [member(course, n, points=n % 50) for n in range(100, 500)])
    wire.forget()
    wired.leaderboard.around(learner(30), course, 5)
    assert sorted(wire.calls) == small
    assert all(body["Limit"] <= 1001 for body in wire.bodies if "Limit" in body)


def test_rows_around_are_for_members(school: School, courses: Courses) -> None:
    with pytest.raises(NotEnrolled):
        school.leaderboard.around(ADMIN, courses.add(None), 5)


def _own(board: Leaderboard) -> tuple[int | None, int]:
    assert board.me is not None
    return board.me.rank, board.me.points
