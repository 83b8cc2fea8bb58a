"""A learner's own list of enrolments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from peerlearn.domain.clock import Clock, to_rfc3339, utc_now
from peerlearn.domain.courses import Course, Module
from peerlearn.domain.enrollments import Enrollment, EnrollmentListing, EnrollmentStatus, as_listed
from peerlearn.domain.paging import PageRequest, PageResult, page_of
from peerlearn.domain.standing import Standing, require_standing
from peerlearn.domain.users import Principal


class Enrollments(Protocol):
    """The store of this use case; see `peerlearn.persistence.own_enrollments`."""

    def of_learner(self, learner_id: str) -> tuple[Standing | None, list[Enrollment]]: ...
    def courses(self, course_ids: Sequence[str]) -> Mapping[str, Course]: ...
    def courses_with_modules(
        self, enrollments: Sequence[Enrollment], waiting: Sequence[Enrollment]
    ) -> tuple[Mapping[str, tuple[Course, Sequence[Module]]], Mapping[str, int]]: ...


class OwnEnrollmentService:
    """The use case of one's own enrolments."""

    def __init__(self, enrollments: Enrollments, clock: Clock = utc_now) -> None:
        self._enrollments = enrollments
        self._clock = clock

    def page(
        self, caller: Principal, status: EnrollmentStatus | None, wanted: PageRequest
    ) -> PageResult[EnrollmentListing]:
        """Return the caller's enrolments, newest first, each with what its course is at present.

        A place in the line of a session that has ended is listed as dropped, which takes one more round trip where
        somebody waits.

        Raises
        ------
        Unauthenticated
            The session has ended.
        """
        standing, enrollments = self._enrollments.of_learner(caller.user_id)
        require_standing(standing, caller)
        now = self._clock()
        waiting = [one.course_id for one in enrollments if one.status is EnrollmentStatus.WAITLISTED]
        awaited = self._enrollments.courses(waiting)
        ends = {course_id: course.ends_at for course_id, course in awaited.items()}
        listed = [as_listed(one, ends.get(one.course_id), now) for one in enrollments]
        everything = [one for one in listed if status in (None, one.status)]
        page = page_of(everything, wanted, lambda one: (to_rfc3339(one.enrolled_at), one.course_id), backward=True)
        still_waiting = [one for one in page.entries if one.status is EnrollmentStatus.WAITLISTED]
        courses, positions = self._enrollments.courses_with_modules(page.entries, still_waiting)
        entries = []
        for one in page.entries:
            course, modules = courses.get(one.course_id, (None, ()))
            entries.append(EnrollmentListing.of(one, course, modules, positions.get(one.course_id), now))
        return page.with_entries(entries)
