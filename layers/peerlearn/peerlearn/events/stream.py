"""Batches of the table's stream: every record is decoded by itself, and one that fails is put aside.

Lambda retries a stream from the lowest failed record on, everything behind it included, and in the end puts all of
that away as one letter. So a record that fails is not reported: it goes to the consumer's own queue, from which it
comes again alone, and what comes behind it neither waits nor is done twice. Only where that queue cannot be reached is
a record reported, the first such one and no other.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.events.changes import RecordChange, change_of, correlation_id_of
from peerlearn.events.tasks import FIRST_RETRY_SECONDS, pause_before_next_try
from peerlearn.observability import correlate, correlated, has_records, logger, pass_over

T = TypeVar("T")


class Aside(Protocol):
    """A queue in which failed records wait for their next try; see `peerlearn.adapters.queues`."""

    def send_text(self, text: str, delay_seconds: int = 0) -> None: ...
    def postpone(self, receipt: str, seconds: int) -> None: ...


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A record as it came: from the stream, or again from the queue, then with the message that it came in."""

    record: Mapping[str, Any]
    message: Mapping[str, Any] | None = None

    @property
    def sequence_number(self) -> str:
        """Return the record's place in its shard of the stream."""
        return str(self.record.get("dynamodb", {}).get("SequenceNumber", ""))

    @property
    def identifier(self) -> str:
        """Return the name that Lambda knows it by."""
        return self.sequence_number if self.message is None else str(self.message["messageId"])


def process_together(
    event: Mapping[str, Any],
    context: LambdaContext,
    decode: Callable[[RecordChange], Sequence[T]],
    deliver: Callable[[Mapping[str, Sequence[T]]], Mapping[str, BaseException]],
    aside: Callable[[], Aside],
    note: Callable[[Sequence[T]], tuple[str, Mapping[str, object]]],
) -> PartialItemFailureResponse:
    """Decode every record by itself, then hand over what all of them gave, so that it can be done in parallel.

    Parameters
    ----------
    decode: callable
        Takes one record of the stream, or of the queue of failed ones, and raises where it cannot be read.
    deliver: callable
        Takes what `decode` gave by a name of the record; gives the failures, by that name as well.
    aside: callable
        Gives the queue of failed records; it is asked only when one fails.
    note: callable
        Gives the log line of a record that led to something: its message and its fields.

    Returns
    -------
    dict
        `{"batchItemFailures": [{"itemIdentifier": <sequence number or message id>}, ...]}`.
    """
    if not has_records(event):
        pass_over(event, context)
        return {"batchItemFailures": []}
    deliveries = list(_deliveries(event))
    with correlated("", context):
        decoded, failures = _decoded(deliveries, decode)
        failures |= deliver(decoded)
        failed = [one.identifier for one in deliveries if not _is_done(one, decoded, failures, aside, note, context)]
        correlate("")
        logger.debug("records handled", count=len(deliveries))
    return _answer(failed if "messageId" in event["Records"][0] else failed[:1])


def _deliveries(event: Mapping[str, Any]) -> Iterator[_Delivery]:
    for one in event["Records"]:
        yield _Delivery(json.loads(one["body"])["record"], one) if "messageId" in one else _Delivery(one)


def _decoded(
    deliveries: Sequence[_Delivery], decode: Callable[[RecordChange], Sequence[T]]
) -> tuple[dict[str, Sequence[T]], dict[str, BaseException]]:
    """Return what each record gave, and the failure of each that could not be read, by their names."""
    decoded: dict[str, Sequence[T]] = {}
    failures: dict[str, BaseException] = {}
    for delivery in deliveries:
        correlate(correlation_id_of(delivery.record))
        try:
            decoded[delivery.identifier] = decode(change_of(delivery.record))
        except Exception as failure:  # noqa: BLE001 (it is logged, with its request, when the record is put aside)
            failures[delivery.identifier] = failure
    correlate("")
    return decoded, failures


def _is_done(
    delivery: _Delivery,
    decoded: Mapping[str, Sequence[T]],
    failures: Mapping[str, BaseException],
    aside: Callable[[], Aside],
    note: Callable[[Sequence[T]], tuple[str, Mapping[str, object]]],
    context: LambdaContext,
) -> bool:
    """Log the outcome of a record, and put a failed one aside; return whether it need not come again."""
    correlate(correlation_id_of(delivery.record))
    if (failure := failures.get(delivery.identifier)) is not None:
        return _again(delivery, failure, aside, context)
    if events := decoded[delivery.identifier]:
        message, fields = note(events)
        logger.info(message, extra={**fields, "sequence_number": delivery.sequence_number})
    return True


def _again(delivery: _Delivery, failure: BaseException, aside: Callable[[], Aside], context: LambdaContext) -> bool:
    """Put a failed record aside; return False where it is to come again, as from the queue until its tries end."""
    # The item itself is not logged: it may hold private texts.
    logger.error("a stream record failed", sequence_number=delivery.sequence_number, exc_info=failure)
    if delivery.message is not None:
        # If this fails, the record comes again all the same, when the queue shows it again.
        with suppress(Exception):
            aside().postpone(delivery.message["receiptHandle"], pause_before_next_try(delivery.message))
        return False
    try:
        # With the function that it is for, since all that no try could do ends in one queue.
        text = json.dumps({"functionArn": context.invoked_function_arn, "record": delivery.record})
        aside().send_text(text, FIRST_RETRY_SECONDS)
    except Exception:  # noqa: BLE001 (it is logged, and Lambda gives the record again)
        logger.exception("a failed record could not be put aside", sequence_number=delivery.sequence_number)
        return False
    return True


def _answer(failed: Sequence[str]) -> PartialItemFailureResponse:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
