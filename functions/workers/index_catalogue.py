"""A course changed: it is put where it belongs in the catalogue."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.tasks import catalogue_queue
from peerlearn.events.tasks import process_tasks
from peerlearn.observability import logger


def index_catalogue(task: dict[str, Any]) -> None:
    catalogue_indexer().sync(task["courseId"])
    logger.info("course indexed", course_id=task["courseId"])


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, index_catalogue, catalogue_queue)
