"""The ranks of a course's members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from peerlearn.domain.access import require_course, require_member, require_reader
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.leaderboard import (
    Ahead,
    Leader,
    Leaderboard,
    OwnRank,
    Standing,
    rank_among_first,
    ranked,
    ranks_of,
)
from peerlearn.domain.progress import LearnerCourse
from peerlearn.domain.users import Principal, User


class Standings(Protocol):
    """The store of these use cases; see `peerlearn.persistence.leaderboard`."""

    def membership(self, user_id: str, course_id: str) -> LearnerCourse: ...
    def standings(self, course_id: str) -> list[Standing]: ...
    def next_to(self, me: Enrollment, above: int, below: int) -> list[Standing]: ...
    def with_more(self, course_id: str, points: int) -> int | None: ...
    def ahead_of(self, course_id: str, row: Standing) -> Ahead | None: ...


class People(Protocol):
    def users(self, user_ids: Sequence[str]) -> Mapping[str, User]: ...


class LeaderboardService:
    """The use cases of the leaderboard."""

    def __init__(self, standings: Standings, people: People) -> None:
        self._standings = standings
        self._people = people

    def first(self, caller: Principal, course_id: str) -> Leaderboard:
        """Return at most a hundred members by the points they earned in this course, and the caller's own rank.

        Raises
        ------
        CourseNotFound
        NotEnrolled
            The caller is neither a member, nor its tutor, nor an administrator.
        """
        found = self._standings.membership(caller.user_id, course_id)
        require_reader(caller, require_course(found.course, caller), found.enrollment)
        standings = self._standings.standings(course_id)
        me = None
        if found.enrollment is not None and found.enrollment.status.holds_seat:
            own = Standing(caller.user_id, found.enrollment.points)
            me = OwnRank(rank_among_first(standings, own) or self._counted_rank(course_id, own.points), own.points)
        return Leaderboard(self._rows(ranked(standings)), me)

    def around(self, caller: Principal, course_id: str, limit: int) -> Leaderboard:
        """Return the caller's row with the rows next to it, so many in all; about half of the others are above.

        Raises
        ------
        CourseNotFound
        NotEnrolled
            The caller is no member.
        """
        found = self._standings.membership(caller.user_id, course_id)
        require_course(found.course, caller)
        enrollment = require_member(found.enrollment)
        above = (limit - 1) // 2
        rows = self._standings.next_to(enrollment, above, limit - 1 - above)
        ahead = self._standings.ahead_of(course_id, rows[0])
        ranks: Sequence[int | None] = ranks_of(rows, ahead) if ahead is not None else [None] * len(rows)
        rank = next(one for one, row in zip(ranks, rows, strict=True) if row.user_id == caller.user_id)
        return Leaderboard(self._rows(list(zip(ranks, rows, strict=True))), OwnRank(rank, enrollment.points))

    def _counted_rank(self, course_id: str, points: int) -> int | None:
        ahead = self._standings.with_more(course_id, points)
        return None if ahead is None else ahead + 1

    def _rows(self, rows: Sequence[tuple[int | None, Standing]]) -> list[Leader]:
        people = self._people.users([standing.user_id for _, standing in rows])
        return [
            Leader(rank, standing.user_id, people[standing.user_id].name, standing.points)
            for rank, standing in rows
            if standing.user_id in people
        ]
