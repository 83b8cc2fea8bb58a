"""A learner's enrolments as their own lists show them: with what each course is at present."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from peerlearn.domain.courses import Course, Module
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.standing import Standing
from peerlearn.persistence import keys, waitlist
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.courses import course_of, modules_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.standing import standing_of
from peerlearn.persistence.ranges import items_between
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Table


class OwnEnrollmentRepository:
    """Reads enrolments for the learner themselves; changes nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_learner(self, learner_id: str) -> tuple[Standing | None, list[Enrollment]]:
        """Return the learner's standing and every enrolment they ever had, by course, in one Query."""
        _, last = keys.DASHBOARD_RANGE
        first = keys.standing(learner_id).sk
        items = items_between(self._table, keys.user_partition(learner_id), first, last)
        standings = [standing_of(item) for item in items if item["entity"] == Entity.STANDING]
        enrollments = [enrollment_of(item) for item in items if item["entity"] == Entity.ENROLLMENT]
        return (standings[0] if standings else None), enrollments

    def courses(self, course_ids: Sequence[str]) -> Mapping[str, Course]:
        """Return those courses that exist, by id."""
        found = self._table.batch_get([keys.course(course_id) for course_id in course_ids], consistent=False)
        return {item["courseId"]: course_of(item) for item in found.values()}

    def courses_with_modules(
        self, enrollments: Sequence[Enrollment], waiting: Sequence[Enrollment]
    ) -> tuple[Mapping[str, tuple[Course, Sequence[Module]]], Mapping[str, int]]:
        """Return the courses of some enrolments with their modules, and the places in line of those that wait, by id.

        Each place is counted on its own: all at once, and beside the read of the courses.
        """
        ids = [one.course_id for one in enrollments]
        wanted = [key(course_id) for course_id in ids for key in (keys.course, keys.outline)]
        with SideBySide() as together:
            reading = together.begin(partial(self._table.batch_get, wanted, consistent=False))
            counting = {one.course_id: together.begin(partial(self._position, one)) for one in waiting}
            found = reading.result()
            positions = {course_id: position.result() for course_id, position in counting.items()}
        courses = {}
        for course_id in ids:
            course, outline = found.get(keys.course(course_id)), found.get(keys.outline(course_id))
            if course is not None:
                courses[course_id] = course_of(course), modules_of(outline) if outline else ()
        return courses, positions

    def _position(self, waiting: Enrollment) -> int:
        return waitlist.position(self._table, waiting.course_id, waiting.learner_id, waiting.waiting_since or "")
