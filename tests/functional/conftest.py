"""Handlers on moto: the template's table and a signing key, new for every test."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.security import tokens
from peerlearn.domain.users import Role
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Table as ProductTable
from peerlearn.snapshots import forget_providers
from scripts.project.template import create_keys_table_request, create_table_request, load_template
from tests.support import policies
from tests.support.api import Answer, http_event, invoke
from tests.support.courses import Courses
from tests.support.documented import require_documented
from tests.support.lag_readers import READERS, is_own_look
from tests.support.people import People, Person
from tests.support.policies import calling_module, is_granted, on_behalf_of, permissions_needed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "functional"
ORIGIN = "https://peerlearn.example"
KEYS_TABLE = "functional-keys"
SECRET, CURSOR_SECRET = "signing-key", "cursor-key"


NAMES = {
    "TABLE_NAME": TABLE,
    "KEYS_TABLE_NAME": KEYS_TABLE,
    "SECRET_ID": SECRET,
    "CURSOR_SECRET_ID": CURSOR_SECRET,
    "MAIL_FROM": "school@peerlearn.example",
    "APP_URL": "https://peerlearn.example/",
    "API_URL": "https://api.peerlearn.example",
}


def create_keys() -> None:
    """Both secrets, and the table of the public keys, with nothing published yet."""
    for name in (SECRET, CURSOR_SECRET):
        key = json.dumps({"key": name.ljust(64, "k")})
        boto3.client("secretsmanager").create_secret(Name=name, SecretString=key)
    boto3.client("dynamodb").create_table(**create_keys_table_request(KEYS_TABLE))


# These ask every endpoint for its status alone, or are the operator's; what administrators look through may lag.
UNLISTED = ("authorisation", "cli", "fuzz", "http", "lists", "users")


@pytest.fixture(autouse=True)
def quick_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto copies the whole table, with all that its stream ever held, for every write of a transaction.

    What the transaction names is all that it can change, so that much is copied.
    """
    transact = DynamoDBBackend.transact_write_items

    def transact_with_small_copies(backend: DynamoDBBackend, writes: list[dict[str, Any]]) -> None:
        def copied(thing: Any) -> Any:
            return _with_copies(thing, writes) if isinstance(thing, Table) else copy.deepcopy(thing)

        with monkeypatch.context() as patch:
            patch.setattr("moto.dynamodb.models.copy", SimpleNamespace(deepcopy=copied))
            transact(backend, writes)

    monkeypatch.setattr(DynamoDBBackend, "transact_write_items", transact_with_small_copies)


@pytest.fixture(autouse=True)
def within_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a handler does with the table is beyond its function's policies, which moto does not look at."""
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def checked(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb" and (module := calling_module()):
            table = policies.KEYS_TABLE if parameters.get("TableName") == KEYS_TABLE else policies.TABLE
            for needed in permissions_needed(operation, parameters):
                assert is_granted(module, *needed, table), f"{module} may not: {needed}"
        return call(client, operation, parameters)

    begin = SideBySide.begin

    def begin_on_behalf(side_by_side: SideBySide, made: Callable[[], Any]) -> Any:
        return begin(side_by_side, partial(on_behalf_of, calling_module(), made))

    monkeypatch.setattr(BaseClient, "_make_api_call", checked)
    monkeypatch.setattr(SideBySide, "begin", begin_on_behalf)


def _with_copies(table: Table, writes: list[dict[str, Any]]) -> Table:
    """A table of the same items, those that the writes name as copies."""
    result = copy.copy(table)
    items = {partition: dict(entries) for partition, entries in table.items.items()}
    for write in writes:
        for operation in write.values():
            key = operation.get("Key") or operation["Item"]
            partition, sort = DynamoType(key["PK"]), DynamoType(key["SK"])
            if sort in items.get(partition, {}):
                items[partition][sort] = copy.deepcopy(items[partition][sort])
    result.items = defaultdict(dict, items)
    return result


@pytest.fixture(autouse=True)
def index_readers_are_listed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that reads an index runs a second time with one that lags, so it must be known to."""
    read: list[str] = []
    query = ProductTable.query_page

    def noting(table: ProductTable, *arguments: Any, index: str | None = None, **options: Any) -> Any:
        if index is not None and not is_own_look():
            read.append(index)
        return query(table, *arguments, index=index, **options)

    monkeypatch.setattr(ProductTable, "query_page", noting)
    yield
    folder = request.path.relative_to(Path(__file__).parent).parts[0]
    if read and folder not in UNLISTED and request.node.nodeid.partition("[")[0] not in READERS:
        pytest.fail("This test reads an index: list it in tests/support/lag_readers.py.", pytrace=False)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoDBClient]:
    """A client of a stand-in for AWS with an empty table, secrets, and no key published yet."""
    for name, value in {**NAMES, "ALLOWED_ORIGINS": ORIGIN, "BCRYPT_COST": "10"}.items():
        monkeypatch.setenv(name, value)
    forget_providers()
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(**create_table_request(TABLE))
        create_keys()
        yield dynamodb
    forget_providers()


@pytest.fixture(scope="session")
def handlers() -> dict[str, str]:
    """The template's Handler of each endpoint, by the name of its module and event file."""
    functions = [
        resource["Properties"]["Handler"]
        for resource in load_template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    return {handler.split(".")[-2]: handler for handler in functions}


@pytest.fixture
def call(aws: DynamoDBClient, handlers: dict[str, str]) -> Callable[..., Answer]:  # noqa: ARG001 (AWS stands while it calls)
    """`call("login", body=..., token=..., path=..., query=..., headers=...)`: an endpoint with its event file.

    Whatever it answers must be what the OpenAPI document says.
    """

    def call_(name: str, **changes: object) -> Answer:
        event = http_event(name, **changes)  # type: ignore[arg-type]
        answer = invoke(handlers[name], event)
        require_documented(event, answer)
        return answer

    return call_


@pytest.fixture
def table(aws: DynamoDBClient) -> ProductTable:
    return ProductTable(aws, TABLE)


@pytest.fixture
def courses(table: ProductTable) -> Courses:
    return Courses(table)


@pytest.fixture
def people(aws: DynamoDBClient) -> People:  # noqa: ARG001 (as above)
    return People(account_repository(), tokens())


@pytest.fixture
def learner(people: People) -> Person:
    return people.add()


@pytest.fixture
def tutor(people: People) -> Person:
    return people.add(Role.TUTOR)


@pytest.fixture
def administrator(people: People) -> Person:
    return people.add(Role.ADMIN)
