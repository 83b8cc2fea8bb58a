"""What is handed to a queue, and names that are carried on."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.queues import Queue
from peerlearn.bootstrap.core import aws_client, table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.renaming import RenamingService
from peerlearn.settings import settings


@cache
def renaming_service() -> RenamingService:
    return RenamingService(TeachingRepository(table()))


@cache
def erasure_queue() -> Queue:
    return Queue(aws_client("sqs"), settings().erasure_queue_url)


@cache
def export_queue() -> Queue:
    return Queue(aws_client("sqs"), settings().export_queue_url)


@cache
def retry_queue() -> Queue:
    """Return where a consumer of the stream puts aside what it could not do; each has its own."""
    return Queue(aws_client("sqs"), settings().retry_queue_url)
