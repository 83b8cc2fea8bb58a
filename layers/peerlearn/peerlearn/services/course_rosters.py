"""The roster of a course, for its tutor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from peerlearn.domain.access import require_author
from peerlearn.domain.courses import Course, Module, Seats
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import CourseNotFound
from peerlearn.domain.paging import PageRequest, PageResult, page_of
from peerlearn.domain.rosters import RosterEntry, RosterOrder, RosterQuery
from peerlearn.domain.users import FORMER_LEARNER, Principal


class CourseRosters(Protocol):
    """The store of this use case; see `peerlearn.persistence.course_rosters`."""

    def course(self, course_id: str) -> tuple[Course, Seats] | None: ...
    def page(
        self, course_id: str, status: EnrollmentStatus | None, wanted: PageRequest, total: int
    ) -> PageResult[Enrollment]: ...
    def everybody(self, course_id: str, status: EnrollmentStatus | None) -> list[Enrollment]: ...
    def details(
        self, course_id: str, learner_ids: Sequence[str], *, names: bool = True, progress: bool = True
    ) -> tuple[Mapping[str, str], Mapping[str, Enrollment], Sequence[Module]]: ...


class CourseRosterService:
    """The use case of a course's roster."""

    def __init__(self, rosters: CourseRosters) -> None:
        self._rosters = rosters

    def page(
        self, author: Principal, course_id: str, query: RosterQuery, wanted: PageRequest
    ) -> PageResult[RosterEntry]:
        """Return who learns, learned or waits in the course, and how far each has come.

        Raises
        ------
        CourseNotFound, Forbidden
        ValidationFailed
            The course has too many learners to be sorted or searched.
        """
        found = self._rosters.course(course_id)
        if found is None:
            raise CourseNotFound
        course, seats = found
        require_author(author, course)
        total = _total(seats, query.status)
        query.require_reach(total)
        if query.needs_everybody:
            return self._sorted(course, query, wanted)
        page = self._rosters.page(course_id, query.status, wanted, total)
        return page.with_entries(self._entries(course, page.entries))

    def _sorted(self, course: Course, query: RosterQuery, wanted: PageRequest) -> PageResult[RosterEntry]:
        everybody = self._rosters.everybody(course.course_id, query.status)
        by_progress = query.order is RosterOrder.PROGRESS
        if by_progress or query.needs_names:
            entries = self._entries(course, everybody, names=query.needs_names, progress=by_progress)
        else:
            entries = [RosterEntry(one, "") for one in everybody]
        page = page_of([one for one in entries if query.fits(one.learner_name)], wanted, query.place)
        return page.with_entries(self._entries(course, [one.enrollment for one in page.entries]))

    def _entries(
        self, course: Course, enrollments: Sequence[Enrollment], *, names: bool = True, progress: bool = True
    ) -> list[RosterEntry]:
        learner_ids = [one.learner_id for one in enrollments]
        known, whole, modules = self._rosters.details(course.course_id, learner_ids, names=names, progress=progress)
        entries = []
        for one in enrollments:
            # in the list as the index has it, with what only the table knows
            found = whole.get(one.learner_id, one)
            known_better = replace(one, completed_modules=found.completed_modules, handed_in=found.handed_in)
            name = known.get(one.learner_id, FORMER_LEARNER)
            entries.append(RosterEntry.of(known_better, name, course, modules))
        return entries


def _total(seats: Seats, status: EnrollmentStatus | None) -> int:
    totals = {
        EnrollmentStatus.ACTIVE: seats.taken - seats.completed,
        EnrollmentStatus.COMPLETED: seats.completed,
        EnrollmentStatus.DROPPED: seats.dropped,
        EnrollmentStatus.WAITLISTED: seats.waitlist_length,
    }
    return sum(totals.values()) if status is None else totals[status]
