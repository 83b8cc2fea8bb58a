"""A minute has passed: its due items go to the queue of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.reminders import tick_service
from peerlearn.domain.deadline import within_invocation
from peerlearn.metrics import count
from peerlearn.observability import correlated, logger, pass_over

_SOURCE = "aws.scheduler"


def lambda_handler(event: object, context: LambdaContext) -> dict[str, Any]:
    if not isinstance(event, Mapping) or event.get("source") != _SOURCE:
        pass_over(event, context)
        return {}
    with correlated("", context), within_invocation(context.get_remaining_time_in_millis()):
        ticked = tick_service().tick()
        if ticked.behind:
            count("MinutesBehind", ticked.behind)
        log = logger.info if ticked.handed_on else logger.debug
        log("tick", extra={"handed_on": ticked.handed_on, "minutes_behind": ticked.behind})
        return {}
