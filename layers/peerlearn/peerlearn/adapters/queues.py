"""A queue of work that takes longer than a stream's consumer may."""

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
        """Hands a task over.

        Raises
        ------
        TemporarilyUnavailable
        """
        with transient_as_unavailable():
            self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(task), DelaySeconds=delay_seconds)
