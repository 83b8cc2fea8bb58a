"""Tasks from a queue: one that fails comes again, later and later, and in the end goes to its queue's dead letters.

Each task is done by itself. That holds for a FIFO queue too: its tasks look at the present state, so that those behind
one that fails need not wait for it.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.domain.correlation import CORRELATION_ID
from peerlearn.domain.deadline import within_invocation
from peerlearn.observability import correlate, correlated, has_records, logger, pass_over

# A failed task may well pass a few seconds later; the next tries leave it longer and longer.
FIRST_RETRY_SECONDS = 4
_RETRY_SECONDS_MAX = 600


class Postponing(Protocol):
    """See `peerlearn.adapters.queues`."""

    def postpone(self, receipt: str, seconds: int) -> None: ...


def process_tasks(
    event: Mapping[str, Any],
    context: LambdaContext,
    handle: Callable[[dict[str, Any]], object],
    queue: Callable[[], Postponing],
) -> PartialItemFailureResponse:
    """Hand every task of a queue's event to `handle`, which raises to have it again, as it does out of time.

    Parameters
    ----------
    queue: callable
        Gives the queue that the tasks come from; it is asked only when one fails.
    """
    if not has_records(event):
        pass_over(event, context)
        return {"batchItemFailures": []}
    # Lambda says nothing of a task whose function it ends: out of time, it fails, and goes on when it comes again.
    with correlated("", context), within_invocation(context.get_remaining_time_in_millis()):
        failed = [one["messageId"] for one in event["Records"] if not _is_done(one, handle, queue)]
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def _is_done(
    message: Mapping[str, Any], handle: Callable[[dict[str, Any]], object], queue: Callable[[], Postponing]
) -> bool:
    correlate("")
    try:
        task = json.loads(message["body"])
        correlate(str(task.get(CORRELATION_ID, "")))
        handle(task)
    except Exception as failure:  # noqa: BLE001 (whatever it is, it is logged)
        logger.error("a task failed", message_id=message["messageId"], exc_info=failure)
        # If this fails, the task comes again all the same, when the queue shows it again.
        with suppress(Exception):
            queue().postpone(message["receiptHandle"], pause_before_next_try(message))
        return False
    return True


def pause_before_next_try(message: Mapping[str, Any]) -> int:
    """Return how many seconds a message waits that has failed: twice as many each time."""
    tries = int(message.get("attributes", {}).get("ApproximateReceiveCount", 1))
    return int(min(_RETRY_SECONDS_MAX, FIRST_RETRY_SECONDS * 2 ** min(tries, 10)))
