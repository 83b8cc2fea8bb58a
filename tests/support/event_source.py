"""Hands records to a consumer of the table's stream as Lambda does, with the settings of the template.

A batch is retried from its lowest reported failure on, everything behind that included, and is cut nowhere else; where
a function raises, the batch is cut in two. After so many retries what is left of a batch goes to the failure
destination as one letter. Messages of a queue come one batch at a time, those that fail again and again until they are
dead letters.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html,
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.domain.errors import TemporarilyUnavailable
from scripts.project.template import load_template
from tests.support.api import Context

Record = dict[str, Any]
Handler = Callable[[dict[str, Any], LambdaContext], Any]


@dataclass
class Message:
    """One message of a queue, and how often it was received."""

    message_id: str
    body: str
    received: int = 0
    postponed: list[int] = field(default_factory=list)


class RetryQueue:
    """The queue of what a consumer could not do, in memory."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.sent = 0
        self.is_broken = False

    def send_text(self, text: str, delay_seconds: int = 0) -> None:
        if self.is_broken:
            raise TemporarilyUnavailable
        assert 0 < delay_seconds <= 900
        self.sent += 1
        self.messages.append(Message(f"message-{self.sent}", text))

    def postpone(self, receipt: str, seconds: int) -> None:
        assert 0 < seconds <= 43_200
        (message,) = (one for one in self.messages if one.message_id == receipt)
        message.postponed.append(seconds)


class EventSource:
    """One function's stream and its queue of retries.

    Attributes
    ----------
    letters: list of list
        What reached the failure destination of the stream: the records of each letter.
    dead: list of str
        Bodies of messages that reached the dead letters of the queue.
    calls: int
        How often the function was called.
    """

    def __init__(self, function: str, handler: Handler, retries: RetryQueue) -> None:
        resources = load_template()["Resources"]
        events = resources[function]["Properties"]["Events"]
        self._stream = events["Stream"]["Properties"]
        self._queue = events["Retries"]["Properties"]
        queue = resources[self._queue["Queue"]["Fn::GetAtt"][0]]["Properties"]
        self._receives_max: int = queue["RedrivePolicy"]["maxReceiveCount"]
        self._handler = handler
        self._retries = retries
        self.letters: list[list[Record]] = []
        self.dead: list[str] = []
        self.calls = 0

    def deliver(self, records: Sequence[Record]) -> None:
        """Hands them over until each was taken or given up."""
        size = self._stream["BatchSize"]
        for start in range(0, len(records), size):
            self._hand_over(list(records[start : start + size]), retried=0)

    def drain(self) -> None:
        """Hands over what waits in the queue until it is empty."""
        while self._retries.messages:
            batch = self._retries.messages[: self._queue["BatchSize"]]
            for message in batch:
                message.received += 1
            failed = self._reported({"Records": [self._as_record(message) for message in batch]})
            for message in batch:
                if message.message_id not in failed:
                    self._retries.messages.remove(message)
                elif message.received == self._receives_max:
                    self._retries.messages.remove(message)
                    self.dead.append(message.body)

    def _hand_over(self, batch: list[Record], retried: int) -> None:
        while batch:
            try:
                failed = self._reported({"Records": batch})
            except Exception:  # noqa: BLE001 (a function that raises has failed, whatever it raises)
                middle = len(batch) // 2
                if retried == self._stream["MaximumRetryAttempts"]:
                    self.letters.append(batch)
                elif middle:
                    self._hand_over(batch[:middle], retried + 1)
                    self._hand_over(batch[middle:], retried + 1)
                else:
                    self._hand_over(batch, retried + 1)
                return
            if not failed:
                return
            numbers = [one["dynamodb"]["SequenceNumber"] for one in batch]
            batch = batch[min(numbers.index(number) for number in failed) :]
            if retried == self._stream["MaximumRetryAttempts"]:
                self.letters.append(batch)
                return
            retried += 1

    def _reported(self, event: dict[str, Any]) -> set[str]:
        self.calls += 1
        # As it crosses to Lambda and back.
        answer = self._handler(json.loads(json.dumps(event)), cast("LambdaContext", Context()))
        return {one["itemIdentifier"] for one in answer["batchItemFailures"]}

    def _as_record(self, message: Message) -> Record:
        return {
            "messageId": message.message_id,
            "receiptHandle": message.message_id,
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.received)},
            "eventSource": "aws:sqs",
        }
