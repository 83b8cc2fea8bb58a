"""The queues: of each kind of work, and of what a consumer of the stream could not do."""

from __future__ import annotations

from functools import cache
from typing import Any

from peerlearn.adapters.queues import Queue
from peerlearn.bootstrap.core import aws_client
from peerlearn.domain.tasks import Work
from peerlearn.services.routing import Router
from peerlearn.settings import settings


@cache
def router() -> Router:
    """Return the queues that the stream's consumer hands work on to."""
    return Router(
        {
            Work.PROMOTION: promotion_queue,
            Work.CATALOGUE: catalogue_queue,
            Work.JOB: job_queue,
            Work.ERASURE: erasure_queue,
            Work.EXPORT: export_queue,
            Work.ANNOUNCEMENT: announcement_queue,
            Work.MAIL: mail_queue,
        }
    )


@cache
def promotion_queue() -> Queue:
    return _queue(settings().promotion_queue_url)


@cache
def catalogue_queue() -> Queue:
    return _queue(settings().catalogue_queue_url)


@cache
def job_queue() -> Queue:
    return _queue(settings().job_queue_url)


@cache
def erasure_queue() -> Queue:
    return _queue(settings().erasure_queue_url)


@cache
def export_queue() -> Queue:
    return _queue(settings().export_queue_url)


@cache
def announcement_queue() -> Queue:
    return _queue(settings().announcement_queue_url)


@cache
def mail_queue() -> Queue:
    return _queue(settings().mail_queue_url)


@cache
def feedback_queue() -> Queue:
    return _queue(settings().feedback_queue_url)


@cache
def retry_queue() -> Queue:
    """Return where a consumer of the stream puts aside what it could not do; each has its own."""
    return _queue(settings().retry_queue_url)


def _queue(url: str) -> Queue:
    return Queue(_sqs(), url)


@cache
def _sqs() -> Any:
    """One client for all queues."""
    return aws_client("sqs")
