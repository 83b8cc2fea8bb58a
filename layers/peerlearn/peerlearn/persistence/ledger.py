"""The points ledger and its sums; `leaderboard.py` reads the standings that it makes in each course.

    Put   USER#<u> / POINTS#<key>     the award; fails where it was made before
    Put   USER#<u> / A#TOTALS         the sums with it; fails where another award came in between
    Update the enrolment              the points earned in that course, and with them its place on the leaderboard

always in the transaction of the deed that earned the award.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from peerlearn.domain.assessments import own_part
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.points import Award, Entry, Totals
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.guards import HOLDS_SEAT, SEATED, STATUS_NAME
from peerlearn.persistence.items.base import LAST_CHANGE, Item, LastChange
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
        LAST_CHANGE: LastChange.PROGRESSED.value,
        "GSI2PK": index_keys.leaderboard_partition(enrollment.course_id),
        "GSI2SK": index_keys.leaderboard_sort(enrollment.points, enrollment.learner_id),
    }


def points_unchanged(points: int) -> str:
    """Return the condition that an enrolment still has `:points`; one that never earned any may lack the attribute."""
    return "#points = :points" if points else "(attribute_not_exists(#points) OR #points = :points)"


def crediting(
    before: Enrollment, awards: Sequence[Award], token: str, *, while_seated: bool = False, handed_in: str | None = None
) -> Write:
    """Add awards to the points of an enrolment, whatever its status is by now unless it must hold a seat.

    Parameters
    ----------
    handed_in: str, optional
        The assessment that is handed in for the first time, by its id.
    """
    after = replace(before, points=before.points + sum(award.points for award in awards))
    attributes = standing_attributes(after) | {WRITTEN_BY: token}
    names = {f"#{name}": name for name in attributes}
    values = {":points": before.points, **{f":new_{name}": value for name, value in attributes.items()}}
    condition = f"attribute_exists(PK) AND {points_unchanged(before.points)}"
    if while_seated:
        condition += f" AND {HOLDS_SEAT}"
        names |= STATUS_NAME
        values |= SEATED
    expression = "SET " + ", ".join(f"#{name} = :new_{name}" for name in attributes)
    if handed_in is not None:
        expression += " ADD #handedIn :handedIn"
        names["#handedIn"] = "handedIn"
        values[":handedIn"] = {own_part(handed_in)}
    return update(
        keys.enrollment(before.learner_id, before.course_id),
        expression,
        condition=condition,
        names=names,
        values=values,
    )


class LedgerRepository:
    """Reads a learner's entries."""

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
