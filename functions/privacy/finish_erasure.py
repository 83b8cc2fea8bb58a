"""Removes what an erased account has left; and once more when the last form for an upload has expired."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.privacy import eraser
from peerlearn.bootstrap.running import job_runner
from peerlearn.bootstrap.tasks import erasure_queue
from peerlearn.domain.jobs import Cursor, Step, job_id_of
from peerlearn.events.tasks import process_tasks
from peerlearn.observability import logger

# A form for an upload lives for as long: a file may still arrive.
SECOND_LOOK_SECONDS = 900


def finish_erasure(task: dict[str, Any]) -> None:
    user_id, is_last = task["userId"], task.get("look") == "second"

    def chunk(cursor: Cursor) -> Step:
        step = eraser().carry_on(user_id, cursor)
        if step.place is None:
            # before the cursor says that all is done, so that no end of a worker leaves it out
            if not is_last:
                erasure_queue().send({**task, "look": "second"}, SECOND_LOOK_SECONDS)
            logger.info("account erased", user_id=user_id, is_last=is_last)
        return step

    job_id = job_id_of("erase", user_id, "second" if is_last else "first")
    job_runner().run(job_id, chunk, lambda: erasure_queue().send(task))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, finish_erasure, erasure_queue)
