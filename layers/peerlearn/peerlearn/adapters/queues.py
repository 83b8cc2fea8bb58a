"""A queue of work that a stream's consumer hands on, or of what has failed and is tried again later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peerlearn.adapters.failures import transient_as_unavailable
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.tasks import BATCH_MAX, Posting, Task

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# SQS's own limit.
DELAY_MAX_SECONDS = 900


class Queue:
    """One queue of SQS; a task that is sent to it arrives at least once."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, task: Task, delay_seconds: int = 0) -> None:
        """Hand a task over.

        Raises
        ------
        TemporarilyUnavailable
        """
        self.send_text(json.dumps(task), delay_seconds)

    def send_text(self, text: str, delay_seconds: int = 0) -> None:
        """Hand over what is text already, at most 1 MiB of it.

        Raises
        ------
        TemporarilyUnavailable
        """
        with transient_as_unavailable():
            self._client.send_message(QueueUrl=self._url, MessageBody=text, DelaySeconds=delay_seconds)

    def send_all(self, postings: Sequence[Posting]) -> Mapping[int, Exception]:
        """Hand over any number of tasks, ten in a call.

        Returns
        -------
        mapping
            Why a posting was not taken, by its place in `postings`; empty where all were.
        """
        failures: dict[int, Exception] = {}
        for start in range(0, len(postings), BATCH_MAX):
            numbers = range(start, min(start + BATCH_MAX, len(postings)))
            try:
                failures |= self._send_batch({number: postings[number] for number in numbers})
            except Exception as failure:  # noqa: BLE001 (whatever it is, the caller has it for each posting)
                failures |= dict.fromkeys(numbers, failure)
        return failures

    def _send_batch(self, postings: Mapping[int, Posting]) -> dict[int, Exception]:
        entries: Any = [_entry(number, posting) for number, posting in postings.items()]
        with transient_as_unavailable():
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        # SQS took the others of the same call.
        return {int(one["Id"]): TemporarilyUnavailable() for one in answer.get("Failed", ())}

    def postpone(self, receipt: str, seconds: int) -> None:
        """Has a message that was received come again after so many seconds, and not when the queue shows it again.

        Raises
        ------
        TemporarilyUnavailable
        """
        with transient_as_unavailable():
            self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)


def _entry(number: int, posting: Posting) -> dict[str, Any]:
    entry: dict[str, Any] = {"Id": str(number), "MessageBody": json.dumps(posting.task)}
    if posting.delay_seconds:
        entry["DelaySeconds"] = posting.delay_seconds
    if posting.group:
        entry |= {"MessageGroupId": posting.group, "MessageDeduplicationId": posting.once}
    return entry
