"""Consumers of the stream with their queue of retries, and one device that is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from functions.streams import follow_up, notify
from peerlearn.bootstrap import announcements
from peerlearn.domain.clock import utc_now
from peerlearn.domain.realtime import Connection
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.items.realtime import connection_item
from peerlearn.persistence.news import NewsRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from peerlearn.services.news import NewsService
from peerlearn.services.notifications import Notifier
from tests.fakes.push import FakePush
from tests.functional.conftest import TABLE
from tests.support.event_source import RetryQueue
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# of the message in `events/notify.json`
RECEIVER = "usr_fedcba987654321001234567"


@pytest.fixture(autouse=True)
def retries(monkeypatch: pytest.MonkeyPatch) -> RetryQueue:
    """Where both consumers put aside what they could not do."""
    queue = RetryQueue()
    for consumer in (follow_up, notify):
        monkeypatch.setattr(consumer, "retry_queue", lambda: queue)
    return queue


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    """The queues that `follow_up` hands work to, and who does it."""
    return Workers(monkeypatch)


@pytest.fixture
def push(aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> FakePush:
    """Return the pushes to the receiver of `events/notify.json`, on the one device that they have open."""
    fake, table = FakePush(), Table(aws, TABLE)
    table.write(put(connection_item(Connection(RECEIVER, "device=", "sid_1", utc_now() - timedelta(minutes=1)))))
    notifier = Notifier(ConnectionRepository(table), fake, NewsService(NewsRepository(table)))
    for module in (notify, announcements):
        monkeypatch.setattr(module, "notifier", lambda: notifier)
    return fake
