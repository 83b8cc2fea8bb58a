"""A session was moved: its time moves in the schedule of everyone who booked it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.enrollments import rescheduling_service
from peerlearn.events.changes import Change
from peerlearn.events.seats import moved_session
from peerlearn.events.stream import process_changes
from peerlearn.observability import logger


def reschedule(change: Change) -> None:
    course_id = moved_session(change)
    if course_id is not None:
        schedules = rescheduling_service().reschedule(course_id)
        logger.info("session moved in schedules", course_id=course_id, schedules=schedules)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_changes(event, context, reschedule)
