"""A seat came free while somebody waited: it goes to the head of the waitlist."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.enrollments import promotion_service
from peerlearn.bootstrap.tasks import promotion_queue
from peerlearn.domain.tasks import Posting
from peerlearn.events.tasks import process_tasks
from peerlearn.metrics import count
from peerlearn.observability import logger


def promote(task: dict[str, Any]) -> None:
    course_id, step = task["courseId"], int(task.get("step", 0)) + 1
    promoted, is_done = promotion_service().promote_some(course_id)
    logger.info("promoted from the waitlist", course_id=course_id, learner_ids=promoted)
    if promoted:
        count("Promotions", len(promoted))
    if not is_done:
        # behind what else waits, so that a course that grows by thousands of seats holds nobody up
        rest = Posting({**task, "step": step}, group=course_id, once=f"{task['recordId']}-{step}")
        for failure in promotion_queue().send_all([rest]).values():
            raise failure


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_tasks(event, context, promote, promotion_queue)
