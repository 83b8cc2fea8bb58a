"""A job, one chunk of it: a moved session in schedules, a tutor's new name on courses, what waits for learners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.jobs import agenda_service, renaming_service, rescheduling_service
from peerlearn.bootstrap.running import job_runner
from peerlearn.bootstrap.tasks import job_queue
from peerlearn.domain.jobs import Cursor, JobKind, Step, job_id_of
from peerlearn.events.tasks import process_tasks
from peerlearn.observability import logger

CHUNKS: Mapping[JobKind, Callable[[str, Cursor], Step]] = {
    JobKind.RESCHEDULE: lambda course_id, cursor: rescheduling_service().carry_on(course_id, cursor),
    JobKind.RENAME: lambda user_id, cursor: renaming_service().carry_on(user_id, cursor),
    JobKind.AGENDAS: lambda course_id, cursor: agenda_service().carry_on(course_id, cursor),
    JobKind.AGENDA: lambda pair, _: Step(None, changed=agenda_service().follow(*pair.split("/"))),
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
