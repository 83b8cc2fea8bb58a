"""Batches of the table's stream: every record is handled by itself, and what cannot be done is put aside.

Lambda retries a stream from the lowest failed record on, everything behind it included, and in the end puts all of
that away as one letter. So a record that fails is not reported: it goes to the consumer's own queue, from which it
comes again alone, and what stands behind it neither waits nor is done twice. Only where that queue cannot be reached is
a record reported, the first such one and no other.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.domain.events import Event, SignInSessionsEnded
from peerlearn.events.changes import RecordChange, change_of, correlation_id_of
from peerlearn.observability import correlate, correlated, has_records, logger, pass_over

Facts = Sequence[Event | SignInSessionsEnded]

# What failed may well pass a few seconds later; the next tries leave it longer and longer.
FIRST_RETRY_SECONDS = 4
_RETRY_SECONDS_MAX = 600


class Aside(Protocol):
    """Where records that failed wait for their next try; see `peerlearn.adapters.queues`."""

    def send_text(self, text: str, delay_seconds: int = 0) -> None: ...
    def postpone(self, receipt: str, seconds: int) -> None: ...


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A record as it came: from the stream, or again from the queue, then with the message that it came in."""

    record: Mapping[str, Any]
    message: Mapping[str, Any] | None = None

    @property
    def sequence_number(self) -> str:
        return str(self.record.get("dynamodb", {}).get("SequenceNumber", ""))

    @property
    def identifier(self) -> str:
        """Return what Lambda calls it."""
        return self.sequence_number if self.message is None else str(self.message["messageId"])


def process_changes(
    event: Mapping[str, Any],
    context: LambdaContext,
    handle: Callable[[RecordChange], object],
    aside: Callable[[], Aside],
) -> PartialItemFailureResponse:
    """Hand every record of an event of the stream, or of the queue of what failed, to `handle`.

    Parameters
    ----------
    handle: callable
        Raises to have the record again.
    aside: callable
        Gives the queue; it is asked only when a record fails.

    Returns
    -------
    dict
        `{"batchItemFailures": [{"itemIdentifier": <sequence number or message id>}, ...]}`.
    """
    if not has_records(event):
        pass_over(event, context)
        return {"batchItemFailures": []}
    failed: list[str] = []
    with correlated("", context):
        for delivery in _deliveries(event):
            correlate(correlation_id_of(delivery.record))
            try:
                change = change_of(delivery.record)
                handle(change)
            except Exception as failure:  # noqa: BLE001 (whatever it is, it is logged there)
                if _again(delivery, failure, aside, context):
                    continue
                failed.append(delivery.identifier)
                if delivery.message is None:
                    # What stands behind comes again with it, so it is left for then.
                    break
            else:
                logger.info("change followed up", entity=change.entity, sequence_number=delivery.sequence_number)
    return _answer(failed)


def process_together(
    event: Mapping[str, Any],
    context: LambdaContext,
    decode: Callable[[RecordChange], Facts],
    deliver: Callable[[Mapping[str, Facts]], Mapping[str, BaseException]],
    aside: Callable[[], Aside],
) -> PartialItemFailureResponse:
    """Decodes every record by itself, then hands over what they all gave, so that it can be done in parallel.

    Parameters
    ----------
    deliver: callable
        Takes what `decode` gave by a name of the record; gives the failures, by that name as well.
    aside: callable
        As in `process_changes`.
    """
    if not has_records(event):
        pass_over(event, context)
        return {"batchItemFailures": []}
    decoded: dict[str, Facts] = {}
    failures: dict[str, BaseException] = {}
    deliveries = {delivery.identifier: delivery for delivery in _deliveries(event)}
    with correlated("", context):
        for name, delivery in deliveries.items():
            try:
                decoded[name] = decode(change_of(delivery.record))
            except Exception as failure:  # noqa: BLE001 (whatever it is, it is logged below, with its request)
                failures[name] = failure
        failures |= deliver(decoded)
        failed: list[str] = []
        for name, delivery in deliveries.items():
            correlate(correlation_id_of(delivery.record))
            facts = decoded.get(name, ())
            if (failed_by := failures.get(name)) is not None:
                if not _again(delivery, failed_by, aside, context):
                    failed.append(name)
            elif facts:
                told = [_named(fact) for fact in facts]
                logger.info("told", events=told, sequence_number=delivery.sequence_number)
        correlate("")
        logger.debug("records handled", count=len(deliveries))
    return _answer(failed if "messageId" in event["Records"][0] else failed[:1])


def _deliveries(event: Mapping[str, Any]) -> Iterator[_Delivery]:
    for one in event["Records"]:
        yield _Delivery(json.loads(one["body"])["record"], one) if "messageId" in one else _Delivery(one)


def _again(delivery: _Delivery, failure: BaseException, aside: Callable[[], Aside], context: LambdaContext) -> bool:
    """Return whether the record is put aside; one from the queue goes back there until its tries are over."""
    # The item itself is not logged: it may hold what people wrote.
    logger.error("a stream record failed", sequence_number=delivery.sequence_number, exc_info=failure)
    if delivery.message is not None:
        # Should this fail, then it comes again all the same, when the queue shows it again.
        with suppress(Exception):
            aside().postpone(delivery.message["receiptHandle"], _pause(delivery.message))
        return False
    try:
        # With the function that it is for, since all that no try could do ends in one queue.
        text = json.dumps({"functionArn": context.invoked_function_arn, "record": delivery.record})
        aside().send_text(text, FIRST_RETRY_SECONDS)
    except Exception:  # noqa: BLE001 (it is logged, and Lambda gives the record again)
        logger.exception("a failed record could not be put aside", sequence_number=delivery.sequence_number)
        return False
    return True


def _pause(message: Mapping[str, Any]) -> int:
    tries = int(message.get("attributes", {}).get("ApproximateReceiveCount", 1))
    return int(min(_RETRY_SECONDS_MAX, FIRST_RETRY_SECONDS * 2 ** min(tries, 10)))


def _answer(failed: Sequence[str]) -> PartialItemFailureResponse:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def _named(fact: Event | SignInSessionsEnded) -> str:
    return f"{fact.type.value} {fact.event_id}" if isinstance(fact, Event) else "sessions ended"
