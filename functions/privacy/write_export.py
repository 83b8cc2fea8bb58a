"""An export that is too large for an answer is written to a file."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.privacy.export_file import render
from peerlearn.bootstrap.privacy import export_writer
from peerlearn.bootstrap.tasks import export_queue
from peerlearn.events.tasks import process_tasks
from peerlearn.observability import logger


def write_export(task: dict[str, Any]) -> None:
    written = export_writer().write(task["userId"], task["exportId"], render)
    logger.info("export", user_id=task["userId"], written=written)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, write_export, export_queue)
