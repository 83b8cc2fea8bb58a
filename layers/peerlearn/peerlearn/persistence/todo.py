"""To-do lists as their owners read them: entries in the order of due dates, and what they are about at present."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from peerlearn.domain.agenda import NEVER, Todo, TodoKind
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.todo import TodoFacts
from peerlearn.persistence import keys
from peerlearn.persistence.items.agenda import tally_of, todo_of, todo_prefix
from peerlearn.persistence.items.assessments import assessment_of
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Item, Table

# Right behind a place, and behind every place of a due date.
_NEXT, _END = "!", "~"


class TodoRepository:
    """Reads one person's to-do list; changes nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def entries(self, user_id: str, after: str, until: datetime | None, limit: int, now: datetime) -> list[Todo]:
        """Return the first entries, soonest first; those that have closed are left out.

        Parameters
        ----------
        after: str
            The place of an entry, to go on behind it; empty at the beginning.
        """
        behind = f"{after}{_NEXT}" if after else ""
        last = NEVER if until is None else to_rfc3339(until)
        with SideBySide() as together:
            never_closing = together.begin(partial(self._side, user_id, todo_prefix(closes=False), behind, last, limit))
            start = max(behind, to_rfc3339(now))
            closing = together.begin(partial(self._side, user_id, todo_prefix(closes=True), start, last, limit))
            found = [todo_of(item) for side in (never_closing, closing) for item in side.result()]
        return sorted(found)[:limit]

    def facts(self, user_id: str, entries: Sequence[Todo]) -> TodoFacts:
        """Return what the entries are about: own enrolments as they are now, the rest as of a moment ago."""
        courses = {one.course_id for one in entries}
        seats = {one.course_id for one in entries if one.kind is not TodoKind.GRADING}
        tasks = {(one.course_id, one.reference) for one in entries if one.kind is not TodoKind.SESSION}
        tallies = {(one.course_id, one.reference) for one in entries if one.kind is TodoKind.GRADING}
        shared = [keys.course(one) for one in courses]
        shared += [keys.assessment(*one) for one in tasks] + [keys.tally(*one) for one in tallies]
        with SideBySide() as together:
            others = together.begin(partial(self._table.batch_get, shared, consistent=False))
            own = together.begin(partial(self._table.batch_get, [keys.enrollment(user_id, one) for one in seats]))
            found = others.result() | own.result()
        by_entity: dict[str, list[tuple[keys.Key, Item]]] = {}
        for key, item in found.items():
            by_entity.setdefault(item["entity"], []).append((key, item))
        by_key = {keys.tally(*one): one for one in tallies}
        return TodoFacts(
            {item["courseId"]: course_of(item) for _, item in by_entity.get(Entity.COURSE, [])},
            {item["assessmentId"]: assessment_of(item) for _, item in by_entity.get(Entity.ASSESSMENT, [])},
            {item["courseId"]: enrollment_of(item) for _, item in by_entity.get(Entity.ENROLLMENT, [])},
            {item["assessmentId"]: tally_of(*by_key[key], item) for key, item in by_entity.get(Entity.TALLY, [])},
        )

    def _side(self, user_id: str, prefix: str, start: str, last: str, limit: int) -> list[Item]:
        return self._table.query(
            "PK = :pk AND SK BETWEEN :start AND :end",
            {":pk": keys.user_partition(user_id), ":start": f"{prefix}{start}", ":end": f"{prefix}{last}{_END}"},
            limit=limit,
        )
