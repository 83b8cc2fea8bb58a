"""A job, one chunk of it: a moved session in schedules, a tutor's new name, to-do lists, notices, reminders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.jobs import (
    agenda_service,
    change_notice_service,
    renaming_service,
    rescheduling_service,
)
from peerlearn.bootstrap.reminders import planning_service, reminder_service
from peerlearn.bootstrap.running import job_runner
from peerlearn.bootstrap.tasks import job_queue
from peerlearn.domain.change_notices import SessionChange
from peerlearn.domain.jobs import Cursor, JobKind, Step, job_id_of
from peerlearn.domain.reminders import Cause, Due
from peerlearn.events.tasks import process_tasks
from peerlearn.observability import logger


def _tell_of_grade(assessment_id: str, learner_id: str, revision: str) -> int:
    return change_notice_service().tell_of_grade(assessment_id, learner_id, int(revision))


CHUNKS: Mapping[JobKind, Callable[[str, Cursor], Step]] = {
    JobKind.RESCHEDULE: lambda course_id, cursor: rescheduling_service().carry_on(course_id, cursor),
    JobKind.RENAME: lambda user_id, cursor: renaming_service().carry_on(user_id, cursor),
    JobKind.AGENDAS: lambda course_id, cursor: agenda_service().carry_on(course_id, cursor),
    JobKind.AGENDA: lambda pair, _: Step(None, changed=agenda_service().follow(*pair.split("/"))),
    JobKind.SEAT_NOTICE: lambda seat, _: Step(None, changed=change_notice_service().tell_of_seat(*seat.split("/"))),
    JobKind.GRADE_NOTICE: lambda grade, _: Step(None, changed=_tell_of_grade(*grade.split("/"))),
    JobKind.SESSION_NOTICES: lambda change, cursor: change_notice_service().carry_on(SessionChange.of(change), cursor),
    JobKind.PLAN: lambda cause, _: Step(None, changed=planning_service().plan(Cause.of(cause))),
    JobKind.REMIND: lambda due, cursor: reminder_service().carry_on(Due.of(due), cursor),
}


def carry_on(task: dict[str, Any]) -> None:
    kind, subject = JobKind(task["job"]), task["subject"]
    step = job_runner().run(
        job_id_of(kind, subject, task["recordId"]),
        lambda cursor: CHUNKS[kind](subject, cursor),
        lambda: job_queue().send(task),
    )
    if step is not None:
        done = {"job": kind.value, "subject": subject, "changed": step.changed, "is_done": step.place is None}
        logger.info("job carried on", extra=done)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, carry_on, job_queue)
