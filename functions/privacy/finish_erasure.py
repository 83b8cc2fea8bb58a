"""What an erased account has left is removed; and once more when the last form for an upload has expired."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.privacy import eraser
from peerlearn.bootstrap.tasks import erasure_queue
from peerlearn.events.tasks import process_tasks
from peerlearn.observability import logger

# A form for an upload lives for as long: a file may still arrive.
SECOND_LOOK_SECONDS = 900


def finish_erasure(task: dict[str, Any]) -> None:
    eraser().carry_out(task["userId"])
    is_last = task.get("look") == "second"
    if not is_last:
        erasure_queue().send(task | {"look": "second"}, SECOND_LOOK_SECONDS)
    logger.info("account erased", user_id=task["userId"], is_last=is_last)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, finish_erasure, erasure_queue)
