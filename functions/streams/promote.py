"""A seat came free in a course that people wait for: it goes to the head of the waitlist."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.enrollments import promotion_service
from peerlearn.events.changes import Change
from peerlearn.events.seats import course_with_freed_seat
from peerlearn.events.stream import process_changes
from peerlearn.observability import logger


def promote(change: Change) -> None:
    course_id = course_with_freed_seat(change)
    if course_id is not None:
        promoted = promotion_service().promote(course_id)
        logger.info("promoted from the waitlist", course_id=course_id, learner_ids=promoted)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_changes(event, context, promote)
