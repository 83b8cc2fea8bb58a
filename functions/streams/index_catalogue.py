"""A course was published, changed or closed: the catalogue follows, also where its writer was cut off."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.courses import catalogue_indexer
from peerlearn.events.changes import Change
from peerlearn.events.courses import listing_affected
from peerlearn.events.stream import process_changes


def index(change: Change) -> None:
    course_id = listing_affected(change)
    if course_id is not None:
        catalogue_indexer().sync(course_id)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_changes(event, context, index)
