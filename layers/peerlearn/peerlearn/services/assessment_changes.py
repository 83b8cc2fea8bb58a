"""Assessments that live: changed, deleted while nothing is handed in, extended for one learner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.access import require_shown, require_tutor
from peerlearn.domain.assessment_changes import (
    AssessmentChanges,
    Extension,
    Task,
    no_such_learner,
    require_later,
)
from peerlearn.domain.assessments import Assessment
from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.clock import Clock, to_rfc3339, utc_now
from peerlearn.domain.courses import Course
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import Principal
from peerlearn.services.deciding import until_applied


class Tasks(Protocol):
    """The store of these use cases; see `peerlearn.persistence.assessment_changes`."""

    def task(self, assessment_id: str) -> tuple[Course | None, Assessment | None, str]: ...
    def change(self, before: Task, after: Task, token: str) -> None: ...
    def delete(self, task: Task, token: str, now: datetime) -> None: ...
    def extend(self, extension: Extension, course_id: str, entry: AuditEntry, token: str) -> bool: ...


class AssessmentChangeService:
    """The use cases of a tutor whose assessment is there already."""

    def __init__(
        self,
        tasks: Tasks,
        audit: AuditTrail | None = None,
        clock: Clock = utc_now,
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        self._tasks = tasks
        self._clock = clock
        self._audit = audit or AuditTrail(clock=clock)
        self._backoff = backoff

    def update(self, caller: Principal, assessment_id: str, changes: AssessmentChanges) -> Task:
        """Change an assessment of the caller's course.

        Raises
        ------
        AssessmentNotFound, Forbidden
        Conflict
            The highest grade is another one, and somebody has been graded.
        """

        def carry_out(task: Task, _: Admission | None, token: str) -> Task:
            after = changes.applied_to(task)
            if after is not task:
                self._tasks.change(task, after, token)
            return after

        return until_applied(self._loading(caller, assessment_id), carry_out, tries=self._backoff().waits())

    def delete(self, caller: Principal, assessment_id: str) -> None:
        """Delete an assessment of the caller's course that nothing was handed in for.

        Raises
        ------
        AssessmentNotFound, Forbidden
        Conflict
            Somebody has handed in work.
        """

        def carry_out(task: Task, _: Admission | None, token: str) -> None:
            self._tasks.delete(task, token, self._clock())

        until_applied(self._loading(caller, assessment_id), carry_out, tries=self._backoff().waits())

    def extend(self, caller: Principal, assessment_id: str, learner_id: str, due_at: datetime) -> Extension:
        """Give one learner of the caller's course a later due date; a later call replaces it.

        Raises
        ------
        AssessmentNotFound, Forbidden
        NotFound
            The learner has no seat in the course.
        Conflict
            The assessment never closes.
        ValidationFailed
            The date is not after the assessment's own.
        """
        task = self._task(caller, assessment_id)
        require_later(task.assessment, due_at)
        extension = Extension(assessment_id, learner_id, due_at)
        token = str(uuid4())
        entry = self._audit.entry(
            caller,
            AuditAction.DEADLINE_EXTENDED,
            f"{assessment_id}/{learner_id}",
            key=token,
            due=to_rfc3339(due_at),
        )
        if not self._tasks.extend(extension, task.course.course_id, entry, token):
            raise no_such_learner()
        return extension

    def _loading(
        self, caller: Principal, assessment_id: str
    ) -> Callable[[Admission | None], tuple[Task, Admission | None]]:
        return lambda admission: (self._task(caller, assessment_id), admission)

    def _task(self, caller: Principal, assessment_id: str) -> Task:
        course, assessment, instructions = self._tasks.task(assessment_id)
        course, assessment = require_shown(caller, course, assessment)
        require_tutor(caller, course)
        return Task(course, assessment, instructions)
