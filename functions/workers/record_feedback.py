"""A mail came back, or its reader complained: fewer mails, or none, go to that address from now on."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.mails import feedback_service
from peerlearn.bootstrap.tasks import feedback_queue
from peerlearn.events.tasks import process_tasks
from peerlearn.metrics import count
from peerlearn.observability import logger


def record_feedback(event: dict[str, Any]) -> None:
    reason = feedback_service().learn(event)
    # Never the address: a log is read by people whom it is not for.
    logger.info("feedback on a mail dealt with", reason=reason.value if reason else None)
    if reason:
        count("AddressesSuppressed")


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, record_feedback, feedback_queue)
