"""Where histories happen: a new table on DynamoDB Local, reached over a wire that may be bad or sabotaged."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING
from unittest import mock

from botocore.config import Config

from peerlearn.bootstrap.core import client_config
from peerlearn.events.changes import RecordChange, change_of
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.table import Table
from scripts.dynamodb_local import DynamoDBLocal
from scripts.invariants import table_items
from scripts.project.template import create_table_request
from tests.support.histories.history import THREADS
from tests.support.streams import stream_records
from tests.support.wire import PATIENT, Rewrite, Wire, at_random

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(slots=True)
class Ground:
    """A table.

    Attributes
    ----------
    plain: Table
        To prepare with and to look with: nothing is wrong on this way.
    table: Table
        What the product's services are given.
    has_stream: bool
        Whether `changes` are kept.
    """

    engine: DynamoDBLocal
    client: DynamoDBClient
    name: str
    plain: Table
    table: Table
    wire: Wire
    has_stream: bool

    def items(self) -> list[Item]:
        return list(table_items(self.client, self.name))

    def changes(self) -> list[RecordChange]:
        """Everything that was written, in its order."""
        return [change_of(record) for record in stream_records(self.engine, self.name)]

    def calm(self) -> None:
        """From now on nothing goes wrong."""
        self.wire.judge = None


@dataclass(slots=True)
class Bench:
    """Opens grounds.

    Attributes
    ----------
    rate: float
        Which share of the tries of calls meets a fault.
    rewrite: callable, optional
        What becomes of calls on their way, see `planted`.
    """

    engine: DynamoDBLocal
    chance: Random
    rate: float = 0.0
    rewrite: Rewrite | None = None
    _client: DynamoDBClient = field(init=False)

    def __post_init__(self) -> None:
        self._client = self.engine.client()

    @contextmanager
    def open(self, *, stream: bool) -> Iterator[Ground]:
        """A new table, for as long as it is open.

        Parameters
        ----------
        stream: bool
            With one DynamoDB Local writes at a third of its speed.
        """
        name = f"history-{uuid.uuid4().hex}"
        self._client.create_table(**create_table_request(name, stream=stream))
        wire = Wire(self.engine.client(client_config().merge(PATIENT).merge(Config(max_pool_connections=2 * THREADS))))
        if self.rate:
            wire.judge = at_random(Random(self.chance.random()), self.rate)  # noqa: S311 (no secret)
        wire.rewrite = self.rewrite
        # botocore's own pauses are a second long: they would be all of the time
        with mock.patch("botocore.retries.standard.ExponentialBackoff.delay_amount", return_value=0):
            yield Ground(
                self.engine, self._client, name, Table(self._client, name), Table(wire.client, name), wire, stream
            )
        self._client.delete_table(TableName=name)
