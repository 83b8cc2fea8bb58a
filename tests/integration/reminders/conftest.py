"""Reminders on DynamoDB Local, by a clock that stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from peerlearn.domain.mails import Mail
from peerlearn.persistence.table import Table
from scripts.invariants import table_items
from tests.fakes.clock import FakeClock
from tests.support.reminding import Reminding, mails_in

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Outbox = Callable[[], list[Mail]]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def school(table: Table, clock: FakeClock) -> Reminding:
    return Reminding(table, clock)


@pytest.fixture
def outbox(dynamodb: DynamoDBClient, table_name: str) -> Outbox:
    """The mails that have been claimed so far: nobody sends them."""
    return lambda: mails_in(list(table_items(dynamodb, table_name)))
