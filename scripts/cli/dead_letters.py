"""Queues of dead letters, and tasks of the workers that are put back where they came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.cli.failures import sentence_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Longer than a run takes: a letter that is kept must not come again in the same run.
_HIDDEN_SECONDS = 3600
# A look that does not wait may miss what is there.
_WAIT_SECONDS = 1


def _of_erasure_or_export(task: Mapping[str, Any]) -> str:
    return "ExportQueue" if "exportId" in task else "ErasureQueue"


# The template's queues of tasks that no try could do, and the queue that a task of theirs belongs to.
WORK_QUEUES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "PromotionFailures": lambda _: "PromotionQueue",
    "CatalogueFailures": lambda _: "CatalogueQueue",
    "JobFailures": lambda _: "JobQueue",
    "AnnouncementFailures": lambda _: "AnnouncementQueue",
    "MailFailures": lambda task: "MailQueue" if "mailId" in task else "MailFeedbackQueue",
    "TaskFailures": _of_erasure_or_export,
}


class DeadLetterQueue:
    """The letters of one queue. Those taken are hidden from others until `release`."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url
        self._taken: set[str] = set()

    def messages(self) -> list[dict[str, Any]]:
        """All that are there."""
        found: dict[str, dict[str, Any]] = {}
        while True:
            answer: Any = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=_HIDDEN_SECONDS,
                WaitTimeSeconds=_WAIT_SECONDS,
                MessageSystemAttributeNames=["MessageGroupId"],
            )
            for message in answer.get("Messages", []):
                self._taken.add(message["ReceiptHandle"])
                found[message["MessageId"]] = message
            if not answer.get("Messages"):
                return list(found.values())

    def delete(self, receipt: str) -> None:
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=receipt)
        self._taken.discard(receipt)

    def release(self) -> None:
        """Those that were not deleted can be seen by everybody again, alarms included."""
        for receipt in self._taken:
            self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=0)
        self._taken.clear()


@dataclass(frozen=True, slots=True)
class DeadTask:
    """A task that no try could do, and the logical id of the queue that it goes back to."""

    message: Mapping[str, Any]
    queue: str

    def __str__(self) -> str:
        return f"{self.queue}  {self.message['Body']}"


def dead_task(failures: str, message: Mapping[str, Any]) -> DeadTask | None:
    """Return the task of a letter of such a queue; None where it is no task."""
    try:
        task = json.loads(message["Body"])
    except ValueError:
        return None
    return DeadTask(message, WORK_QUEUES[failures](task)) if isinstance(task, dict) else None


def put_back(client: SQSClient, url: str, task: DeadTask) -> str | None:
    """Send a task to its queue once more; return why that failed, if it did.

    A FIFO queue leaves out a second copy, should this be cut off before the letter is deleted.
    """
    request: dict[str, Any] = {"QueueUrl": url, "MessageBody": task.message["Body"]}
    if group := task.message.get("Attributes", {}).get("MessageGroupId"):
        request |= {"MessageGroupId": group, "MessageDeduplicationId": task.message["MessageId"]}
    try:
        client.send_message(**request)
    except (BotoCoreError, ClientError) as error:
        return sentence_of(error)
    return None
