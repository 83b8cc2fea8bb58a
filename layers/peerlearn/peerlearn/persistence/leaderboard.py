"""The leaderboard of a course: GSI2 by points, and behind those with points the others in the order they came, GSI1."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.leaderboard import COUNTED_AHEAD, LEADERBOARD_LENGTH, Ahead, Standing
from peerlearn.domain.progress import LearnerCourse
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.guards import HOLDS_SEAT, SEATED, STATUS_NAME
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Table

_PLACE = {"#pk": "GSI2PK", "#sk": "GSI2SK"}
# Behind each id, and right behind one: no id begins so. The first place of a roster is behind the least text.
_BEHIND, _NEXT, _FIRST = "~", "!", " "
# So many who have left may stand between neighbours.
_PASSED_OVER = 20


class LeaderboardRepository:
    """Reads the standings of a course's members; one who has left keeps a place in the indexes, and is passed over."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def membership(self, user_id: str, course_id: str) -> LearnerCourse:
        """Return the course, without its modules, and the user's enrolment in it."""
        course_key, enrollment_key = keys.course(course_id), keys.enrollment(user_id, course_id)
        found = self._table.batch_get([course_key, enrollment_key])
        course, enrollment = found.get(course_key), found.get(enrollment_key)
        return LearnerCourse(course_of(course) if course else None, enrollment_of(enrollment) if enrollment else None)

    def standings(self, course_id: str) -> list[Standing]:
        """Return the members with the most points, at most 100; those without any fill up in the order of enrolment."""
        leaders = self._members("GSI2", index_keys.leaderboard_partition(course_id), forward=False)
        standings = {one.learner_id: Standing(one.learner_id, one.points) for one in leaders}
        if len(standings) < LEADERBOARD_LENGTH:
            for one in self._members("GSI1", index_keys.roster_partition(course_id), forward=True):
                standings.setdefault(one.learner_id, Standing(one.learner_id, one.points))
        return list(standings.values())[:LEADERBOARD_LENGTH]

    def next_to(self, me: Enrollment, above: int, below: int) -> list[Standing]:
        """Return the members around one, best first: at most so many above and below, without a gap between them."""
        board = index_keys.leaderboard_partition(me.course_id)
        own = index_keys.leaderboard_sort(me.points, me.learner_id)
        # Those with points are all ahead of a member without any.
        higher = own if me.points else index_keys.leaderboard_sort(1, "")
        with SideBySide() as together:
            ahead = together.begin(partial(self._beyond, board, higher, above, forward=True))
            behind = together.begin(partial(self._beyond, board, own, below, forward=False))
            others = together.begin(partial(self._without_points, me, below))
            rows, is_whole = behind.result()
            known = {one.user_id for one in rows} | {me.learner_id}
            fill = [one for one in others.result() if one.user_id not in known] if is_whole else []
            first = [one for one in ahead.result()[0] if one.user_id != me.learner_id]
        last = [one for one in [*rows, *fill] if one.user_id != me.learner_id]
        return [*reversed(first), Standing(me.learner_id, me.points), *last[:below]]

    def with_more(self, course_id: str, points: int) -> int | None:
        """Return how many members have more points; None where they are more than are counted."""
        board, equals = index_keys.leaderboard_partition(course_id), index_keys.leaderboard_sort(points, _BEHIND)
        return self._counted("#pk = :pk AND #sk > :equals", {":pk": board, ":equals": equals})

    def ahead_of(self, course_id: str, row: Standing) -> Ahead | None:
        """Return how many members are ahead of a row; None where they are more than are counted."""
        values = {
            ":pk": index_keys.leaderboard_partition(course_id),
            ":own": index_keys.leaderboard_sort(row.points, row.user_id) + _NEXT,
            ":equals": index_keys.leaderboard_sort(row.points, _BEHIND),
        }
        with SideBySide() as together:
            more = together.begin(partial(self.with_more, course_id, row.points))
            tied = together.begin(partial(self._counted, "#pk = :pk AND #sk BETWEEN :own AND :equals", values))
            if (with_more := more.result()) is None or (before := tied.result()) is None:
                return None
            return Ahead(with_more, before)

    def _beyond(self, board: str, own: str, count: int, *, forward: bool) -> tuple[list[Standing], bool]:
        """Return the members next to a place, nearest first, and whether there are no others on that side."""
        if count == 0:
            return [], False
        page, _ = self._table.query_page(
            f"#pk = :pk AND #sk {'>' if forward else '<'} :own",
            {":pk": board, ":own": own, **SEATED},
            names={**_PLACE, **STATUS_NAME},
            index="GSI2",
            forward=forward,
            limit=count + _PASSED_OVER,
            where=HOLDS_SEAT,
        )
        return [_standing_of(item) for item in page.items[:count]], page.last is None and len(page.items) <= count

    def _without_points(self, me: Enrollment, count: int) -> list[Standing]:
        """Return members without points who came after one that has none either, or else the first that came."""
        own = "" if me.points else f"{to_rfc3339(me.enrolled_at)}#{me.learner_id}"
        page, _ = self._table.query_page(
            "GSI1PK = :pk AND GSI1SK > :own",
            {":pk": index_keys.roster_partition(me.course_id), ":own": own or _FIRST, ":zero": 0, **SEATED},
            names={**STATUS_NAME, "#points": "points"},
            index="GSI1",
            limit=count + _PASSED_OVER,
            where=f"{HOLDS_SEAT} AND (attribute_not_exists(#points) OR #points = :zero)",
        )
        return [_standing_of(item) for item in page.items[:count]]

    def _counted(self, condition: str, values: Mapping[str, Any]) -> int | None:
        page, count = self._table.query_page(
            condition,
            {**values, **SEATED},
            names={**_PLACE, **STATUS_NAME},
            index="GSI2",
            limit=COUNTED_AHEAD + 1,
            where=HOLDS_SEAT,
            count_only=True,
        )
        return count if page.last is None else None

    def _members(self, index: str, partition: str, *, forward: bool) -> list[Enrollment]:
        """Return the first hundred enrolments of an index's partition that hold a seat."""
        members: list[Enrollment] = []
        start: Item | None = None
        while len(members) < LEADERBOARD_LENGTH:
            page, _ = self._table.query_page(
                "#pk = :pk",
                {":pk": partition},
                names={"#pk": f"{index}PK"},
                index=index,
                forward=forward,
                limit=LEADERBOARD_LENGTH,
                start=start,
            )
            enrollments = [enrollment_of(item) for item in page.items]
            members += [one for one in enrollments if one.status.holds_seat]
            start = page.last
            if start is None:
                break
        return members[:LEADERBOARD_LENGTH]


def _standing_of(item: Item) -> Standing:
    return Standing(item["learnerId"], int(item.get("points", 0)))
