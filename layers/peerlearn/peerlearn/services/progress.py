"""Working through a course: its progress, and completing one more module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from peerlearn.domain.access import require_course, require_member
from peerlearn.domain.clock import Clock, to_rfc3339, utc_now
from peerlearn.domain.paging import PageRequest, PageResult, page_of
from peerlearn.domain.progress import (
    Dashboard,
    LearnerCourse,
    Progress,
    ProgressChange,
    ProgressSummary,
    complete_module,
)
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.standing import Admission, require_standing
from peerlearn.domain.users import Principal
from peerlearn.services.deciding import until_applied


class ProgressStore(Protocol):
    """The store of these use cases; see `peerlearn.persistence.progress`."""

    def dashboard(self, user_id: str) -> Dashboard: ...
    def learner_course(self, user_id: str, course_id: str) -> LearnerCourse: ...
    def situation(self, user_id: str, course_id: str) -> LearnerCourse: ...
    def apply(
        self, found: LearnerCourse, change: ProgressChange, token: str, admission: Admission | None = None
    ) -> None: ...


class ProgressService:
    """The use cases of the `progress` endpoints, for the learner themselves."""

    def __init__(
        self, progress: ProgressStore, clock: Clock = utc_now, backoff: Callable[[], Backoff] = Backoff
    ) -> None:
        self._progress = progress
        self._clock = clock
        self._backoff = backoff

    def everything(self, caller: Principal, wanted: PageRequest) -> tuple[PageResult[Progress], ProgressSummary]:
        """Return the caller's courses, last enrolled first; the summary is over all of them, whatever the page.

        Raises
        ------
        Unauthenticated
            The session has ended.
        """
        dashboard = self._progress.dashboard(caller.user_id)
        require_standing(dashboard.standing, caller)
        members = [(require_member(one.enrollment), one) for one in dashboard.courses]
        now = self._clock()
        courses = [(enrollment, _progress_of(one, now)) for enrollment, one in members]
        page = page_of(
            courses, wanted, lambda pair: (to_rfc3339(pair[0].enrolled_at), pair[0].course_id), backward=True
        )
        summary = ProgressSummary.of([progress for _, progress in courses], dashboard.totals)
        return page.with_entries([progress for _, progress in page.entries]), summary

    def one(self, caller: Principal, course_id: str) -> Progress:
        """The caller's progress in a course.

        Raises
        ------
        CourseNotFound, NotEnrolled
        """
        found = self._progress.learner_course(caller.user_id, course_id)
        require_course(found.course, caller)
        return _progress_of(found, self._clock())

    def complete(
        self,
        caller: Principal,
        course_id: str,
        module_id: str,
        study_minutes: int = 0,
        admission: Admission | None = None,
    ) -> Progress:
        """Mark a module complete; a second time changes nothing.

        Parameters
        ----------
        admission: Admission, optional
            The caller's; without one the product's operator acts.

        Raises
        ------
        Unauthenticated, TooManyRequests
        CourseNotFound, NotEnrolled, ModuleNotFound
        TemporarilyUnavailable
            The caller's own other requests were always faster.
        """
        now = self._clock()

        def load(asked: Admission | None) -> tuple[LearnerCourse, Admission | None]:
            found = self._progress.situation(caller.user_id, course_id)
            return found, asked.seeing(found.standing, now) if asked else None

        def carry_out(found: LearnerCourse, asked: Admission | None, token: str) -> LearnerCourse:
            require_course(found.course, caller)
            enrollment = require_member(found.enrollment)
            change = complete_module(enrollment, found.modules, module_id, study_minutes, now)
            if change is None:
                return found
            self._progress.apply(found, change, token, asked)
            return replace(found, enrollment=change.enrollment)

        return _progress_of(until_applied(load, carry_out, admission=admission, tries=self._backoff().waits()), now)


def _progress_of(found: LearnerCourse, now: datetime) -> Progress:
    return Progress.of(require_member(found.enrollment), found.course, found.modules, now)
