"""The public keys in their table: what is replaced is what was read, whoever publishes at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from peerlearn.domain.signing import PublishedKey, PublishedKeys, successor
from peerlearn.persistence.published_keys import PublishedKeyRepository
from peerlearn.persistence.table import Table
from scripts.project.template import create_keys_table_request

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 1, 1, 10, 30, 15, 250_000, tzinfo=UTC)
FIRST = successor(None, {"v1": b"1" * 32}, NOW)


@pytest.fixture
def published(dynamodb: DynamoDBClient) -> Iterator[PublishedKeyRepository]:
    name = f"keys-{uuid4().hex}"
    dynamodb.create_table(**create_keys_table_request(name))
    yield PublishedKeyRepository(Table(dynamodb, name))
    dynamodb.delete_table(TableName=name)


def test_nothing_is_published_at_first(published: PublishedKeyRepository) -> None:
    assert published.read() is None


def test_published_keys_are_read_back(published: PublishedKeyRepository) -> None:
    second = successor(FIRST, {"v2": bytes(range(32)), "v1": b"1" * 32}, NOW)
    assert published.publish(FIRST)
    assert published.read() == FIRST
    assert published.publish(second)
    assert published.read() == second
    assert second.keys["v2"] == PublishedKey(bytes(range(32)), NOW)


def test_only_what_was_read_is_replaced(published: PublishedKeyRepository) -> None:
    assert published.publish(FIRST)
    third = PublishedKeys(3, successor(FIRST, {"v3": b"3" * 32}, NOW).keys)
    for late in (FIRST, FIRST._replace(keys={}), third):
        assert not published.publish(late)
    assert published.read() == FIRST


def test_of_many_at_once_one_publishes(published: PublishedKeyRepository) -> None:
    published.publish(FIRST)
    offers = [successor(FIRST, {f"v{number}": bytes([number]) * 32}, NOW) for number in range(32)]
    with ThreadPoolExecutor(32) as pool:
        won = [offer for offer, first in zip(offers, pool.map(published.publish, offers), strict=True) if first]
    assert len(won) == 1
    assert published.read() == won[0]
