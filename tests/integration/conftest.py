"""DynamoDB Local, with a table of the template's own shape for every test, and a wire to it that can be broken."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from peerlearn.bootstrap import core
from peerlearn.persistence.table import Table
from scripts.dynamodb_local import DynamoDBLocal
from scripts.project.problem import Problem
from scripts.project.template import create_table_request
from tests.support.courses import Courses
from tests.support.wire import PATIENT, Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[DynamoDBLocal]:
    """The engine of this test process."""
    engine = DynamoDBLocal()
    try:
        engine.start()
    except Problem as problem:
        # a machine that checks for others must not look green for want of a program
        if os.environ.get("CI"):
            raise
        pytest.skip(str(problem))
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def dynamodb(dynamodb_local: DynamoDBLocal) -> DynamoDBClient:
    """A client of that engine, fit for many threads."""
    return dynamodb_local.client()


@pytest.fixture
def table_name(dynamodb: DynamoDBClient) -> Iterator[str]:
    """A new, empty table."""
    name = f"table-{uuid.uuid4().hex}"
    dynamodb.create_table(**create_table_request(name, stream=False))
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def table(dynamodb: DynamoDBClient, table_name: str) -> Table:
    return Table(dynamodb, table_name)


@pytest.fixture
def courses(table: Table) -> Courses:
    return Courses(table)


@pytest.fixture
def wire(dynamodb_local: DynamoDBLocal, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire of a client set up as in Lambda, whose own retries come without their pauses."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    return Wire(dynamodb_local.client(core.client_config().merge(PATIENT)))
