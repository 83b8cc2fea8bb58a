"""What a change calls for: catalogue entries, freed seats given away, booked times moved, names carried on to courses.

One consumer for all: a stream bears two readers, and the other one tells people. What takes long it hands to a queue.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.enrollments import promotion_service, rescheduling_service
from peerlearn.bootstrap.tasks import erasure_queue, export_queue, renaming_service, retry_queue
from peerlearn.events.changes import RecordChange
from peerlearn.events.courses import listing_affected
from peerlearn.events.privacy import erased_account, renamed_person, wanted_export
from peerlearn.events.seats import course_with_freed_seat, moved_session
from peerlearn.events.stream import process_changes
from peerlearn.metrics import count
from peerlearn.observability import logger


def follow_up(change: RecordChange) -> None:
    # Each is safe to repeat, so that a record whose last step failed simply comes again, alone.
    if (course_id := course_with_freed_seat(change)) is not None:
        promoted = promotion_service().promote(course_id)
        logger.info("promoted from the waitlist", course_id=course_id, learner_ids=promoted)
        if promoted:
            count("Promotions", len(promoted))
    if (course_id := listing_affected(change)) is not None:
        catalogue_indexer().sync(course_id)
    if (course_id := moved_session(change)) is not None:
        schedules = rescheduling_service().reschedule(course_id)
        logger.info("session moved in schedules", course_id=course_id, schedules=schedules)
    if (user_id := erased_account(change)) is not None:
        erasure_queue().send({"userId": user_id})
    if (task := wanted_export(change)) is not None:
        export_queue().send(task)
    if (user_id := renamed_person(change)) is not None:
        renaming_service().rename(user_id)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_changes(event, context, follow_up, retry_queue)
