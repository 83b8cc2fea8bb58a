"""Batches of the table's stream: every record is handled by itself, and only those that failed come again.

One record that can never be handled holds nothing else up: it is reported, tried again a bounded number of times, and
then goes to the failure destination. The template says how often and where.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.base import FailureResponse
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.events.changes import Change, change_of
from peerlearn.observability import logger


class _Processor(BatchProcessor):
    def failure_handler(self, record: Any, exception: Any) -> FailureResponse:
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

    def handle_record(record: DynamoDBRecord) -> None:
        handle(change_of(record.raw_event))

    # Failures of a whole batch are reported one by one too: each record has its own number of tries.
    processor = _Processor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=handle_record, processor=processor, context=context)
