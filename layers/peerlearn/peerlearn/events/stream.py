"""Batches of the table's stream: every record is handled by itself, and only those that failed come again.

One record that can never be handled holds nothing else up: it is reported, tried again a bounded number of times, and
then goes to the failure destination. The template says how often and where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.base import FailureResponse
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.domain.events import Event, SessionsEnded
from peerlearn.events.changes import Change, change_of, correlation_id_of
from peerlearn.observability import correlate, correlated, has_records, logger, pass_over

Facts = Sequence[Event | SessionsEnded]


class _Processor(BatchProcessor):
    def failure_handler(self, record: Any, exception: Any) -> FailureResponse:
        correlate(correlation_id_of(record.raw_event))
        # The item itself is not logged: it may hold what people wrote.
        logger.error("a stream record failed", sequence_number=record.dynamodb.sequence_number, exc_info=exception)
        return super().failure_handler(record, exception)


def process_changes(
    event: dict[str, Any], context: LambdaContext, handle: Callable[[Change], object]
) -> PartialItemFailureResponse:
    """Hands every record of a stream event to `handle`.

    Parameters
    ----------
    event: dict
        An event of the table's stream.
    handle: callable
        Raises to have the record delivered again.

    Returns
    -------
    dict
        `{"batchItemFailures": [{"itemIdentifier": <sequence number>}, ...]}`.
    """
    if not has_records(event):
        pass_over(event, context)
        return {"batchItemFailures": []}

    def handle_record(record: DynamoDBRecord) -> None:
        correlate(correlation_id_of(record.raw_event))
        change = change_of(record.raw_event)
        handle(change)
        logger.info("change followed up", entity=change.entity, sequence_number=record["dynamodb"]["SequenceNumber"])

    # Failures of a whole batch are reported one by one too: each record has its own number of tries.
    processor = _Processor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    with correlated("", context):
        return process_partial_response(event=event, record_handler=handle_record, processor=processor, context=context)


def process_together(
    event: dict[str, Any],
    context: LambdaContext,
    decode: Callable[[Change], Facts],
    deliver: Callable[[Mapping[str, Facts]], Mapping[str, BaseException]],
) -> PartialItemFailureResponse:
    """Decodes every record by itself, then hands over what they all gave, so that it can be done in parallel.

    Parameters
    ----------
    deliver: callable
        Takes what `decode` gave by sequence number; gives the failures, by sequence number as well.
    """
    if not has_records(event):
        pass_over(event, context)
        return {"batchItemFailures": []}
    decoded: dict[str, Facts] = {}
    requests: dict[str, str] = {}

    def decode_record(record: DynamoDBRecord) -> None:
        sequence_number = record["dynamodb"]["SequenceNumber"]
        requests[sequence_number] = correlation_id_of(record.raw_event)
        decoded[sequence_number] = decode(change_of(record.raw_event))

    processor = _Processor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    with correlated("", context):
        response = process_partial_response(
            event=event, record_handler=decode_record, processor=processor, context=context
        )
        # what is delivered together is for several requests
        correlate("")
        failures = deliver(decoded)
        for sequence_number, facts in decoded.items():
            correlate(requests[sequence_number])
            if (failure := failures.get(sequence_number)) is not None:
                logger.error("a stream record failed", sequence_number=sequence_number, exc_info=failure)
                response["batchItemFailures"].append({"itemIdentifier": sequence_number})
            elif facts:
                logger.info("told", events=[_named(fact) for fact in facts], sequence_number=sequence_number)
    logger.debug("records handled", count=len(event["Records"]))
    return response


def _named(fact: Event | SessionsEnded) -> str:
    return f"{fact.type.value} {fact.event_id}" if isinstance(fact, Event) else "sessions ended"
