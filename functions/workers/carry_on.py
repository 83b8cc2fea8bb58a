"""A job that may take long: a moved session in every schedule, a tutor's new name on every course."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.enrollments import rescheduling_service
from peerlearn.bootstrap.jobs import renaming_service
from peerlearn.bootstrap.tasks import job_queue
from peerlearn.domain.jobs import JobKind
from peerlearn.events.tasks import process_tasks
from peerlearn.observability import logger

JOBS: Mapping[JobKind, Callable[[str], int]] = {
    JobKind.RESCHEDULE: lambda course_id: rescheduling_service().reschedule(course_id),
    JobKind.RENAME: lambda user_id: renaming_service().rename(user_id),
}


def carry_on(task: dict[str, Any]) -> None:
    kind = JobKind(task["job"])
    number = JOBS[kind](task["subject"])
    logger.info("job", job=kind.value, subject=task["subject"], number=number)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, carry_on, job_queue)
