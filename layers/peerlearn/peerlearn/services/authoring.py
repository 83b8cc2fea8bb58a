"""Making, changing and deleting courses."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from peerlearn.domain.access import require_author
from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.authoring import CourseChanges, CourseDraft
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import SEATS_PER_SHARD, Course, CoursePage, CourseStatus, Tutor
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import Conflict, CourseNotFound, TemporarilyUnavailable
from peerlearn.domain.ids import repeatable_id
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import Principal, User
from peerlearn.services.deciding import until_applied

# How often a course may turn out to have been changed by others before the caller is asked to try again.
_TRIES_MAX = 8
_AUDITED = {CourseStatus.PUBLISHED: AuditAction.COURSE_PUBLISHED, CourseStatus.CLOSED: AuditAction.COURSE_CLOSED}


class Courses(Protocol):
    """The store of authoring; see `peerlearn.persistence.courses`."""

    def page(self, course_id: str) -> CoursePage | None: ...
    def next_number(self) -> int: ...
    def add(self, page: CoursePage, token: str, entry: AuditEntry | None = None) -> None: ...
    def change(self, before: CoursePage, after: CoursePage, token: str, entry: AuditEntry | None = None) -> None: ...
    def remove_draft(self, page: CoursePage, token: str) -> None: ...


class People(Protocol):
    def user(self, user_id: str) -> User | None: ...


class Indexer(Protocol):
    def sync(self, course_id: str) -> None: ...


class AuthoringService:
    """The use cases of tutors and administrators on courses. A course of more than `seats_per_shard` gets shards."""

    def __init__(
        self,
        courses: Courses,
        people: People,
        catalogue: Indexer,
        clock: Clock = utc_now,
        seats_per_shard: int = SEATS_PER_SHARD,
        audit: AuditTrail | None = None,
    ) -> None:
        self._courses = courses
        self._people = people
        self._catalogue = catalogue
        self._clock = clock
        self._seats_per_shard = seats_per_shard
        self._audit = audit or AuditTrail(clock=clock)

    def create(self, author: Principal, draft: CourseDraft) -> CoursePage:
        """A new course, the author's own.

        Raises
        ------
        ValidationFailed
            Times that do not fit its kind.
        Unauthenticated
            The author's account was erased.
        """
        user = self._people.user(author.user_id)
        if user is None:
            raise account_erased()
        begun = draft.begun_by(Tutor(user.user_id, user.name), self._clock(), self._seats_per_shard)
        page = replace(begun, course=replace(begun.course, number=self._courses.next_number()))
        self._courses.add(page, repeatable_id("req"), self._entry(author, None, page.course))
        self._show(page.course)
        return page

    def change(self, author: Principal, course_id: str, changes: CourseChanges) -> CoursePage:
        """The course with the changes.

        Raises
        ------
        CourseNotFound, Forbidden, ValidationFailed
        Conflict
            Below the seats taken, another kind with learners in it, or back to a draft.
        TemporarilyUnavailable
            Others kept changing it at the same moment.
        """

        def changed(before: CoursePage, token: str) -> CoursePage:
            after = changes.applied_to(before, self._seats_per_shard)
            if after is not before:
                entry = self._entry(author, before.course, after.course)
                self._courses.change(before, after, token, entry)
            return after

        page = self._on_own_course(author, course_id, changed)
        self._show(page.course)
        return page

    def delete(self, author: Principal, course_id: str) -> None:
        """Delete a draft.

        Raises
        ------
        CourseNotFound, Forbidden
        Conflict
            It is published or closed: learners may know it.
        """

        def deleted(page: CoursePage, token: str) -> CoursePage:
            if page.course.status is not CourseStatus.DRAFT:
                raise Conflict("Only a draft can be deleted; close the course instead.")
            self._courses.remove_draft(page, token)
            return page

        self._on_own_course(author, course_id, deleted)

    def _on_own_course(
        self, author: Principal, course_id: str, change: Callable[[CoursePage, str], CoursePage]
    ) -> CoursePage:
        def load(_: Admission | None) -> tuple[CoursePage, None]:
            page = self._courses.page(course_id)
            if page is None:
                raise CourseNotFound
            return page, None

        def carry_out(page: CoursePage, _: Admission | None, token: str) -> CoursePage:
            require_author(author, page.course)
            return change(page, token)

        return until_applied(load, carry_out, tries=range(_TRIES_MAX))

    def _entry(self, author: Principal, before: Course | None, after: Course) -> AuditEntry | None:
        """For the audit trail, where the change decides whether learners find the course open."""
        action = _AUDITED.get(after.status)
        if action is None or (before is not None and before.status is after.status):
            return None
        was = before.status.value if before else None
        return self._audit.entry(author, action, after.course_id, key=str(after.version), was=was)

    def _show(self, course: Course) -> None:
        if course.status is CourseStatus.DRAFT:
            return
        # The course is stored; if it is not listed now, the stream has it listed.
        with suppress(TemporarilyUnavailable):
            self._catalogue.sync(course.course_id)
