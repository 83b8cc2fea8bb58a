"""A pytest plugin: every Query of an index misses the last writes, as an index of DynamoDB may.

    pytest -p tests.support.lag tests/functional

An index follows the table a moment later, as a rule within milliseconds, and seconds while it is throttled. moto's
follow at once, so what leans on them passes. Here an index shows the table as it was so many writes ago: what was put
is not there yet, what was changed shows what it was, what was deleted is there still. A transaction is one write.

Only the tests of `READERS` run, those that read an index, each with one write missing and with three; of a test with
parameters, its first set. Where a test may see something else than it expects, the list says why, and it must.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from botocore.client import BaseClient
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from peerlearn.persistence.keys import standing
from tests.support.lag_readers import LAGS, READERS, is_own_look

# of moto, where no other is named
_ACCOUNT, _REGION = "123456789012", "us-east-1"
_KEYS = {
    "PutItem": lambda request: [request["Item"]],
    "UpdateItem": lambda request: [request["Key"]],
    "DeleteItem": lambda request: [request["Key"]],
    "TransactWriteItems": lambda request: [
        one.get("Key") or one["Item"]
        for write in request["TransactItems"]
        for operation, one in write.items()
        if operation != "ConditionCheck"
    ],
    "BatchWriteItem": lambda request: [
        write["DeleteRequest"]["Key"] if "DeleteRequest" in write else write["PutRequest"]["Item"]
        for writes in request["RequestItems"].values()
        for write in writes
    ],
}


class _History:
    """Items that the last writes replaced, newest last; the table can be shown as it was before them."""

    def __init__(self, lag: int) -> None:
        self._lag = lag
        self._writes: list[list[tuple[DynamoType, DynamoType, Any]]] = []
        # several threads read at once, and must not see what is shown to another
        self._lock = threading.RLock()

    def call(self, make: Any, client: Any, operation: str, request: Any) -> Any:
        with self._lock:
            if operation == "Query" and "IndexName" in request and not is_own_look():
                with self._earlier(request["TableName"]):
                    return make(client, operation, request)
            if operation not in _KEYS:
                return make(client, operation, request)
            name = _table_name(request)
            # A standing is in no index: to count a request against its limits leaves none behind.
            written = [key for key in _KEYS[operation](request) if key["SK"]["S"] != standing("").sk]
            before = [self._entry(name, key) for key in written]
            answer = make(client, operation, request)
            if before:
                self._writes = [*self._writes, before][-self._lag :]
            return answer

    def _entry(self, table: str, key: Any) -> tuple[DynamoType, DynamoType, Any]:
        partition, sort = DynamoType(key["PK"]), DynamoType(key["SK"])
        return partition, sort, copy.deepcopy(_items(table).get(partition, {}).get(sort))

    @contextmanager
    def _earlier(self, table: str) -> Iterator[None]:
        items = _items(table)
        touched = {(partition, sort) for write in self._writes for partition, sort, _ in write}
        present = {key: items.get(key[0], {}).get(key[1]) for key in touched}
        for write in reversed(self._writes):
            for partition, sort, before in write:
                _set(items, partition, sort, before)
        try:
            yield
        finally:
            for (partition, sort), item in present.items():
                _set(items, partition, sort, item)


def _table_name(request: Any) -> str:
    if "TransactItems" in request:
        return str(next(iter(request["TransactItems"][0].values()))["TableName"])
    return str(request.get("TableName") or next(iter(request["RequestItems"])))


def _items(table: str) -> Any:
    return dynamodb_backends[_ACCOUNT][_REGION].tables[table].items


def _set(items: Any, partition: DynamoType, sort: DynamoType, item: Any) -> None:
    if item is not None:
        items[partition][sort] = item
    elif partition in items:
        items[partition].pop(sort, None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen: dict[tuple[str, int], pytest.Item] = {}
    for item in sorted(items, key=lambda one: one.nodeid):
        name, lag = item.nodeid.partition("[")[0], item.callspec.params["lagging_indexes"]  # type: ignore[attr-defined]
        if name in READERS and (name, lag) not in chosen:
            chosen[name, lag] = item
            if lag in READERS[name].fails_at:
                item.add_marker(pytest.mark.xfail(reason=READERS[name].reason, strict=True))
    kept = list(chosen.values())
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    missing = READERS.keys() - {name for name, _ in chosen}
    if missing and not config.getoption("--collect-only"):
        raise pytest.UsageError(f"not there, or not collected: {sorted(missing)}")


@pytest.fixture(autouse=True, params=LAGS)
def lagging_indexes(request: pytest.FixtureRequest) -> Iterator[None]:
    history = _History(request.param)
    clients: Any = BaseClient
    make = clients._make_api_call

    def call(client: Any, operation: str, arguments: Any) -> Any:
        if client.meta.service_model.service_name != "dynamodb":
            return make(client, operation, arguments)
        return history.call(make, client, operation, arguments)

    with mock.patch.object(clients, "_make_api_call", call):
        yield
