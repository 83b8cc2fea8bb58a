"""A mail is to leave: it is written in its reader's language, and sent."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.mails import mail_delivery
from peerlearn.bootstrap.tasks import mail_queue
from peerlearn.events.tasks import process_tasks
from peerlearn.metrics import count
from peerlearn.observability import logger


def send_mail(task: dict[str, Any]) -> None:
    outcome = mail_delivery().deliver(task["mailId"])
    # Neither its address nor its text: a log is read by people whom it is not for.
    logger.info("mail dealt with", mail_id=task["mailId"], outcome=outcome.value)
    if outcome.has_left:
        count("MailsSent", 1)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, send_mail, mail_queue)
