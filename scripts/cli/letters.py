"""Dead letters of the stream's consumers.

Most letters are a record that failed, with the function that it was for: its tries from the queue of its own are over.
Those that Lambda writes, when a function could not put records aside, only say where they stand: a shard of the table's
stream and two sequence numbers. The records themselves are in the stream for 24 hours.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: which records of a shard a function could not handle."""

    receipt: str
    function: str
    stream: str
    shard: str
    first: str
    last: str
    condition: str
    failed_at: str
    record: dict[str, Any] | None = None

    def __str__(self) -> str:
        name = self.function.split(":function:")[-1]
        place = self.first if self.first == self.last else f"{self.first} to {self.last}"
        return f"{name}  {place}  {self.condition} at {self.failed_at}"


def letter_of(receipt: str, body: str) -> Letter | None:
    """Return the letter of a message; None where it is none of a stream's consumer."""
    try:
        content = json.loads(body)
        return _of_record(receipt, content) if "record" in content else _of_lambda(receipt, content)
    except (ValueError, KeyError, TypeError):
        return None


def _of_record(receipt: str, content: Mapping[str, Any]) -> Letter:
    record = content["record"]
    change = record["dynamodb"]
    changed_at = datetime.fromtimestamp(int(change["ApproximateCreationDateTime"]), UTC)
    return Letter(
        receipt=receipt,
        function=content["functionArn"].removesuffix(":$LATEST"),
        stream=record.get("eventSourceARN", ""),
        shard="",
        first=change["SequenceNumber"],
        last=change["SequenceNumber"],
        condition="RetriesExhausted, changed",
        failed_at=changed_at.isoformat(),
        record=record,
    )


def _of_lambda(receipt: str, content: Mapping[str, Any]) -> Letter:
    batch = content["DDBStreamBatchInfo"]
    return Letter(
        receipt=receipt,
        function=content["requestContext"]["functionArn"].removesuffix(":$LATEST"),
        stream=batch["streamArn"],
        shard=batch["shardId"],
        first=batch["startSequenceNumber"],
        last=batch["endSequenceNumber"],
        condition=content["requestContext"]["condition"],
        failed_at=content["timestamp"],
    )
