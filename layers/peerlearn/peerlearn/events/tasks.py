"""Tasks from a queue: one that fails comes again, and in the end goes to the queue's own dead letters."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.base import FailureResponse
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.domain.deadline import within_invocation
from peerlearn.observability import correlated, has_records, logger, pass_over


class _Processor(BatchProcessor):
    def failure_handler(self, record: Any, exception: Any) -> FailureResponse:
        logger.error("a task failed", message_id=record.message_id, exc_info=exception)
        return super().failure_handler(record, exception)


def process_tasks(
    event: dict[str, Any], context: LambdaContext, handle: Callable[[dict[str, str]], object]
) -> PartialItemFailureResponse:
    """Hand every task of a queue's event to `handle`, which raises to have it again, as it does out of time."""
    if not has_records(event):
        pass_over(event, context)
        return {"batchItemFailures": []}

    def handle_record(record: SQSRecord) -> None:
        handle(json.loads(record.body))

    processor = _Processor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    # Lambda says nothing of a task whose function it ends: out of time, it fails, and goes on when it comes again.
    with correlated("", context), within_invocation(context.get_remaining_time_in_millis()):
        return process_partial_response(event=event, record_handler=handle_record, processor=processor, context=context)
