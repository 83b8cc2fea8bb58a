"""A queue of work that takes longer than a stream's consumer may, or that has failed and is tried again later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from peerlearn.adapters.failures import transient_as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# SQS's own limit.
DELAY_MAX_SECONDS = 900


class Queue:
    """One queue of SQS; what is sent to it arrives at least once."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, task: Mapping[str, str], delay_seconds: int = 0) -> None:
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

    def postpone(self, receipt: str, seconds: int) -> None:
        """Has a message that was received come again after so many seconds, and not when the queue shows it again.

        Raises
        ------
        TemporarilyUnavailable
        """
        with transient_as_unavailable():
            self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)
