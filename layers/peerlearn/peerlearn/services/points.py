"""A learner's ledger, and how the members of a course rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from peerlearn.domain.access import require_course, require_reader
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.points import Entry, Leader, Standing, ranked
from peerlearn.domain.progress import LearnerCourse
from peerlearn.domain.users import Principal, User


class Ledger(Protocol):
    """The store of these use cases; see `peerlearn.persistence.ledger`."""

    def entries(self, user_id: str, wanted: PageRequest) -> PageResult[Entry]: ...
    def membership(self, user_id: str, course_id: str) -> LearnerCourse: ...
    def standings(self, course_id: str) -> list[Standing]: ...


class People(Protocol):
    def users(self, user_ids: Sequence[str]) -> Mapping[str, User]: ...


class PointsService:
    """The use cases of the points ledger and the leaderboard."""

    def __init__(self, ledger: Ledger, people: People) -> None:
        self._ledger = ledger
        self._people = people

    def entries(self, caller: Principal, wanted: PageRequest) -> PageResult[Entry]:
        """The caller's own entries, newest first."""
        return self._ledger.entries(caller.user_id, wanted)

    def leaderboard(self, caller: Principal, course_id: str) -> list[Leader]:
        """At most a hundred members by the points they earned in this course, equal points with equal rank.

        Raises
        ------
        CourseNotFound
        NotEnrolled
            The caller is neither a member, nor its tutor, nor an administrator.
        """
        found = self._ledger.membership(caller.user_id, course_id)
        require_reader(caller, require_course(found.course, caller), found.enrollment)
        rows = ranked(self._ledger.standings(course_id))
        people = self._people.users([standing.user_id for _, standing in rows])
        return [
            Leader(rank, standing.user_id, people[standing.user_id].name, standing.points)
            for rank, standing in rows
            if standing.user_id in people
        ]
