"""The points ledger, its sums, and the standings it makes in each course.

    Put   USER#<u> / POINTS#<key>     the award; fails where it was made before
    Put   USER#<u> / A#TOTALS         the sums with it; fails where another award came in between
    Update the enrolment              the points earned in that course, and with them its place on the leaderboard

always in the transaction of the deed that earned the award.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.points import LEADERBOARD_LENGTH, Award, Entry, Standing, Totals
from peerlearn.domain.progress import LearnerCourse
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.guards import HOLDS_SEAT, SEATED, STATUS_NAME
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.ledger import entry_item, entry_of, totals_item, totals_of
from peerlearn.persistence.optimistic import WRITTEN_BY, replacing
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import Write, put, update

# No such award yet.
_NOT_AWARDED = "attribute_not_exists(PK)"


def posting(before: Totals, after: Totals, entries: Sequence[Entry], token: str) -> list[Write]:
    """Return the writes of new entries and of the sums with them."""
    stored = totals_item(replace(after, version=before.version + 1)) | {WRITTEN_BY: token}
    writes = [put(entry_item(entry) | {WRITTEN_BY: token}, condition=_NOT_AWARDED) for entry in entries]
    return [*writes, replacing(stored, before.version)]


def standing_attributes(enrollment: Enrollment) -> Item:
    """Return the attributes that put an enrolment at its place on the course's leaderboard."""
    return {
        "points": enrollment.points,
        "GSI2PK": index_keys.leaderboard_partition(enrollment.course_id),
        "GSI2SK": index_keys.leaderboard_sort(enrollment.points, enrollment.learner_id),
    }


def points_unchanged(points: int) -> str:
    """Return the condition that an enrolment still has `:points`; one that never earned any may lack the attribute."""
    return "#points = :points" if points else "(attribute_not_exists(#points) OR #points = :points)"


def crediting(before: Enrollment, awards: Sequence[Award], token: str, *, while_seated: bool = False) -> Write:
    """Add awards to the points of an enrolment, whatever its status is by now unless it must hold a seat."""
    after = replace(before, points=before.points + sum(award.points for award in awards))
    attributes = standing_attributes(after) | {WRITTEN_BY: token}
    names = {f"#{name}": name for name in attributes}
    values = {":points": before.points, **{f":new_{name}": value for name, value in attributes.items()}}
    condition = f"attribute_exists(PK) AND {points_unchanged(before.points)}"
    if while_seated:
        condition += f" AND {HOLDS_SEAT}"
        names |= STATUS_NAME
        values |= SEATED
    return update(
        keys.enrollment(before.learner_id, before.course_id),
        "SET " + ", ".join(f"#{name} = :new_{name}" for name in attributes),
        condition=condition,
        names=names,
        values=values,
    )


class LedgerRepository:
    """Reads a learner's entries and a course's standings."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def entries(self, user_id: str, wanted: PageRequest) -> PageResult[Entry]:
        """Return a page of the ledger, newest first.

        Entries are numbered without gaps, so any page is a range of numbers.
        An entry never changes once it is there. So where the index shows fewer than there are in the range, it lags,
        and the learner's own partition tells the rest.
        """
        total = totals_of(user_id, self._table.get(keys.totals(user_id))).entries
        # A cursor names the number to go on from, so new entries move nothing.
        last = int(wanted.after["number"]) if wanted.after else total - wanted.offset
        first = max(1, last - wanted.limit + 1)
        if last < 1:
            return PageResult([], total)
        items = self._table.query(
            "#pk = :pk AND #sk BETWEEN :first AND :last",
            {
                ":pk": index_keys.ledger_partition(user_id),
                ":first": index_keys.ledger_sort(first),
                ":last": index_keys.ledger_sort(last),
            },
            names={"#pk": "GSI1PK", "#sk": "GSI1SK"},
            index="GSI1",
            forward=False,
        )
        if len(items) < last - first + 1:
            items = self._range_of_own(user_id, first, last)
        return PageResult([entry_of(item) for item in items], total, {"number": first - 1} if first > 1 else None)

    def _range_of_own(self, user_id: str, first: int, last: int) -> list[Item]:
        items = self._table.query(
            "PK = :pk AND begins_with(SK, :points)",
            {":pk": keys.user_partition(user_id), ":points": keys.POINTS_PREFIX, ":first": first, ":last": last},
            where="#number BETWEEN :first AND :last",
            names={"#number": "number"},
        )
        return sorted(items, key=lambda item: int(item["number"]), reverse=True)

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
