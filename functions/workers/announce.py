"""A course's learners are told of something, a chunk of them at a time."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.announcements import announcer
from peerlearn.bootstrap.running import job_runner
from peerlearn.bootstrap.tasks import announcement_queue
from peerlearn.domain.events import Event
from peerlearn.domain.jobs import Cursor, Step, job_id_of
from peerlearn.events.announcements import announced
from peerlearn.events.tasks import FIRST_RETRY_SECONDS, process_tasks
from peerlearn.metrics import count
from peerlearn.observability import logger
from peerlearn.services.announcements import Told


def announce(task: dict[str, Any]) -> None:
    event = announced(task)
    if event.receivers:
        told = announcer().tell(event, event.receivers)
        note(event, told)
        for failure in told.failures.values():
            raise failure
        return

    def chunk(cursor: Cursor) -> Step:
        step, told = announcer().carry_on(event, cursor)
        note(event, told)
        if told.failures:
            # by a task of their own: the others are not told again for their sake
            announcement_queue().send({**task, "receivers": list(told.failures)}, FIRST_RETRY_SECONDS)
        return step

    job_runner().run(job_id_of("announce", event.event_id), chunk, lambda: announcement_queue().send(task))


def note(event: Event, told: Told) -> None:
    for one in told.refusals:
        logger.error("push refused", connection_id=one.connection_id, event_id=one.event_id, reason=one.reason)
    if told.refusals:
        count("PushesRefused", len(told.refusals))
    for learner_id, failure in told.failures.items():
        logger.error("a learner could not be told", learner_id=learner_id, exc_info=failure)
    number = told.number - len(told.failures)
    logger.info("told", extra={"events": [f"{event.type.value} {event.event_id}"], "learners": number})


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, announce, announcement_queue)
