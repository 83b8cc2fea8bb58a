"""Puts the work that a change calls for on the queue of its kind: none of it is done here, so that nothing waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.mailroom import mailroom
from peerlearn.bootstrap.tasks import retry_queue, router
from peerlearn.domain.tasks import Assignment
from peerlearn.events.changes import RecordChange
from peerlearn.events.routing import assignments
from peerlearn.events.stream import process_together


def called_for(change: RecordChange) -> list[Assignment]:
    return assignments(change, lambda: mailroom().is_open)


def route(batch: Mapping[str, Sequence[Assignment]]) -> Mapping[str, BaseException]:
    return router().route(batch)


def note(handed_on: Sequence[Assignment]) -> tuple[str, Mapping[str, object]]:
    return "change followed up", {"work": [one.work.value for one in handed_on]}


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_together(event, context, called_for, route, retry_queue, note)
