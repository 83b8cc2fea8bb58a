"""The roster of a course for its tutor: its members from an index, the progress of each from the table itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from peerlearn.domain.courses import Course, Module, Seats
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.items.accounts import user_of
from peerlearn.persistence.items.courses import modules_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import BATCH_GET_MAX, Item, Table


class CourseRosterRepository:
    """Reads rosters in pages or whole. Names, progress and what was handed in may be those of a moment ago."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._courses = CourseRepository(table)

    def course(self, course_id: str) -> tuple[Course, Seats] | None:
        """Return the course without its modules, or None."""
        return self._courses.course(course_id)

    def page(
        self, course_id: str, status: EnrollmentStatus | None, wanted: PageRequest, total: int
    ) -> PageResult[Enrollment]:
        """Return a page of the enrolments in the order in which they began; `total` is the seat lock's own count."""
        return self._courses.roster(course_id, status, wanted, total)

    def everybody(self, course_id: str, status: EnrollmentStatus | None) -> list[Enrollment]:
        """Return all of the enrolments, without modules and what was handed in: an index does not hold these."""
        values: Item = {":roster": index_keys.roster_partition(course_id)}
        options: dict[str, Any] = {}
        if status is not None:
            options = {"where": "#status = :status", "names": {"#status": "status"}}
            values[":status"] = status.value
        items = self._table.query("GSI1PK = :roster", values, index="GSI1", **options)
        return [enrollment_of(item) for item in items]

    def details(
        self, course_id: str, learner_ids: Sequence[str], *, names: bool = True, progress: bool = True
    ) -> tuple[Mapping[str, str], Mapping[str, Enrollment], Sequence[Module]]:
        """Return the names of some learners, their whole enrolments, and the course's modules, as far as asked for.

        A hundred items are read by one call, and all calls are made at once.
        """
        wanted = [keys.profile(one) for one in learner_ids] if names else []
        if progress:
            wanted += [keys.outline(course_id), *(keys.enrollment(one, course_id) for one in learner_ids)]
        found: dict[keys.Key, Item] = {}
        with SideBySide() as together:
            steps = [wanted[start : start + BATCH_GET_MAX] for start in range(0, len(wanted), BATCH_GET_MAX)]
            for reading in [together.begin(partial(self._table.batch_get, one, consistent=False)) for one in steps]:
                found |= reading.result()
        outline = found.get(keys.outline(course_id))
        profiles = {one: found.get(keys.profile(one)) for one in learner_ids}
        enrollments = {one: found.get(keys.enrollment(one, course_id)) for one in learner_ids}
        return (
            {one: user_of(item).name for one, item in profiles.items() if item is not None},
            {one: enrollment_of(item) for one, item in enrollments.items() if item is not None},
            modules_of(outline) if outline else (),
        )
