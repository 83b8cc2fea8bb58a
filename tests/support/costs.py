"""The costs of a request at DynamoDB: its calls, one after the other, and the capacity units that AWS would bill.

DynamoDB Local reports the units of reads and of single writes as AWS does, but nothing for a query that finds nothing,
which is taken here to cost as much as the smallest, and not those of transactions, so writes are counted by AWS's own
rule: each KB begun of the larger of the item before and after, twice in a transaction, and once what an index holds of
it, where that changes.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

import base64
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from peerlearn.persistence.items.projections import PROJECTED
from peerlearn.persistence.keys import Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEY = ("PK", "SK")
RawItem = Mapping[str, Any]
RawItems = dict[tuple[str, str], RawItem]


@dataclass(slots=True)
class Cost:
    """Of one request.

    Attributes
    ----------
    calls: list of str
        Its operations.
    answers: dict
        What DynamoDB last answered, by operation.
    depth: int
        How many of them follow one after the other; the others go side by side.
    least: float
        Capacity units of the items touched if each is asked for once: written, or else read.
    """

    calls: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    depth: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    least: float = 0.0

    @property
    def units(self) -> float:
        return self.read_units + self.write_units


class _Task(NamedTuple):
    """The task that a thread was given, its run of tasks begun without waiting, and how many go at once."""

    phase: int
    number: int
    width: int


class _Threads:
    """Tells by which task of a thread pool a call is made, whatever the threads' real pace.

    A phase ends when the result of any task is asked for.
    """

    def __init__(self) -> None:
        self._local = threading.local()
        self._phase, self._begun, self._is_waiting = 0, 0, False

    @property
    def task(self) -> _Task | None:
        """The task of the present thread; None for the main one."""
        return getattr(self._local, "task", None)

    @contextmanager
    def followed(self) -> Iterator[None]:
        submit, result = ThreadPoolExecutor.submit, Future.result

        def submitting(pool: Any, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            if self._is_waiting:
                self._phase, self._is_waiting = self._phase + 1, False
            self._begun += 1
            task = _Task(self._phase, self._begun, pool._max_workers)

            def carried_out(*args: Any, **kwargs: Any) -> Any:
                self._local.task = task
                return call(*args, **kwargs)

            return submit(pool, carried_out, *args, **kwargs)

        def waiting(future: Any, timeout: float | None = None) -> Any:
            self._is_waiting = self._is_waiting or self.task is None
            return result(future, timeout)

        with mock.patch.object(ThreadPoolExecutor, "submit", submitting), mock.patch.object(Future, "result", waiting):
            yield


@dataclass(frozen=True, slots=True)
class _Call:
    operation: str
    request: Any
    answer: Any
    task: _Task | None


class Recorder:
    """Listens to one client.

    Parameters
    ----------
    client
        The client of the code that is measured.
    aside
        Another client of the same engine, to look at items without being counted.
    """

    def __init__(self, client: DynamoDBClient, aside: DynamoDBClient, table_name: str) -> None:
        self._aside = aside
        self._table_name = table_name
        self._calls: list[_Call] = []
        self._threads = _Threads()
        events: Any = client.meta.events
        events.register("provide-client-params.dynamodb", self._ask_for_units)
        events.register("after-call.dynamodb", self._note)

    @contextmanager
    def measured(self, *, looks: bool = True) -> Iterator[Cost]:
        """The cost of what happens inside is complete when the block ends.

        To know the sizes of what is written the whole table is looked at; without, each item counts as 1 KB.
        """
        cost = Cost()
        before = self._items() if looks else {}
        self._calls.clear()
        with self._threads.followed():
            yield cost
        after = self._items() if looks else {}
        calls, self._calls = self._calls, []
        cost.depth = _depth(calls)
        written: dict[tuple[str, str], float] = {}
        for call in calls:
            cost.calls.append(call.operation)
            cost.answers[call.operation] = {k: v for k, v in call.answer.items() if k != "ResponseMetadata"}
            keys = list(_written_keys(call.operation, call.request))
            for key in keys:
                # Several items together need a transaction; one alone does not.
                together = _write_units(before.get(key), after.get(key), transactional=len(keys) > 1)
                written[key] = max(written.get(key, 0.0), together)
                in_transaction = call.operation == "TransactWriteItems"
                cost.write_units += _write_units(before.get(key), after.get(key), transactional=in_transaction)
        cost.least = sum(written.values())
        read: set[tuple[str, str]] = set(written)
        for call in calls:
            if not any(_written_keys(call.operation, call.request)):
                units = _read_units(call)
                cost.read_units += units
                fresh = {_key_of(item) for item in _items_of(call.answer) if "PK" in item} - read
                read |= fresh
                # A Query is billed by the page, everything else by the item.
                cost.least += units if call.operation == "Query" else min(units, _units_of(call, fresh))

    def item(self, key: Key) -> dict[str, Any]:
        """An item as it is stored, uncounted."""
        stored: Any = self._aside.get_item(
            TableName=self._table_name, Key={"PK": {"S": key.pk}, "SK": {"S": key.sk}}, ConsistentRead=True
        )
        return dict(stored["Item"])

    def put_aside(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Writes at most 25 items, uncounted."""
        requests: Any = [{"PutRequest": {"Item": item}} for item in items]
        self._aside.batch_write_item(RequestItems={self._table_name: requests})

    def _items(self) -> RawItems:
        pages = self._aside.get_paginator("scan").paginate(TableName=self._table_name)
        return {_key_of(item): item for page in pages for item in page["Items"]}

    def _ask_for_units(self, params: dict[str, Any], context: dict[str, Any], **_: object) -> dict[str, Any]:
        context["request"] = {**params, "ReturnConsumedCapacity": "TOTAL"}
        return dict(context["request"])

    def _note(self, parsed: Any, model: Any, context: dict[str, Any], **_: object) -> None:
        self._calls.append(_Call(model.name, context["request"], parsed, self._threads.task))


def size_of(item: RawItem) -> int:
    """Bytes of an item as DynamoDB counts them: names and values in UTF-8."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        return len(value.lstrip("-").replace(".", "")) // 2 + 2
    if kind == "B":
        return len(value if isinstance(value, bytes) else base64.b64decode(value))
    if kind == "M":
        return 3 + sum(len(name.encode()) + _value_size(one) + 1 for name, one in value.items())
    if kind == "L":
        return 3 + sum(_value_size(one) + 1 for one in value)
    if kind in ("SS", "NS"):
        return sum(len(one) for one in value)
    return 1


def _depth(calls: Sequence[_Call]) -> int:
    phases: dict[int, Counter[_Task]] = defaultdict(Counter)
    for call in calls:
        if call.task is not None:
            phases[call.task.phase][call.task] += 1
    return sum(call.task is None for call in calls) + sum(_longest(tasks) for tasks in phases.values())


def _longest(tasks: Counter[_Task]) -> int:
    """How many calls follow each other where whichever thread is free takes the next task."""
    threads = [0] * next(iter(tasks)).width
    for task in sorted(tasks, key=lambda one: one.number):
        threads[threads.index(min(threads))] += tasks[task]
    return max(threads)


def _units_of(call: _Call, keys: Collection[tuple[str, str]]) -> float:
    requests = list(call.request.get("RequestItems", {}).values()) or [call.request]
    each = 1.0 if requests[0].get("ConsistentRead") else 0.5
    return sum(ceil(size_of(item) / 4096) * each for item in _items_of(call.answer) if _key_of(item) in keys)


def _write_units(old: RawItem | None, new: RawItem | None, *, transactional: bool) -> float:
    kilobytes = max(ceil(size_of(item) / 1024) for item in (old or {"": {"NULL": True}}, new or {"": {"NULL": True}}))
    units = kilobytes * (2 if transactional else 1)
    if old == new:
        return units
    return units + sum(_index_units(old, new, index) for index in PROJECTED)


def _index_units(old: RawItem | None, new: RawItem | None, index: str) -> int:
    """Return the units that an index writes: none where the attributes that it holds stay as they are."""
    places = [_place(item, index) for item in (old, new)]
    held = {*_KEY, f"{index}PK", f"{index}SK", *PROJECTED[index]}
    entries = [
        {name: value for name, value in (item or {}).items() if name in held} if place else {}
        for item, place in zip((old, new), places, strict=True)
    ]
    if entries[0] == entries[1]:
        return 0
    # into the index, out of it, or at its place: one write; from one place to another: two
    moved = None not in places and places[0] != places[1]
    return ceil(max(map(size_of, entries)) / 1024) * (2 if moved else 1)


def _place(item: RawItem | None, index: str) -> tuple[str, str] | None:
    if item is None or f"{index}PK" not in item:
        return None
    return item[f"{index}PK"]["S"], item[f"{index}SK"]["S"]


def _written_keys(operation: str, request: Any) -> Iterator[tuple[str, str]]:
    if operation == "TransactWriteItems":
        for write in request["TransactItems"]:
            ((_, one),) = write.items()
            yield _key_of(one.get("Key") or one["Item"])
    elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
        yield _key_of(request.get("Key") or request["Item"])


def _key_of(item: RawItem) -> tuple[str, str]:
    pk, sk = (item[name]["S"] for name in _KEY)
    return pk, sk


def _items_of(answer: Any) -> Iterator[RawItem]:
    if "Item" in answer:
        yield answer["Item"]
    yield from answer.get("Items", ())
    for items in answer.get("Responses", {}).values():
        yield from items


def _read_units(call: _Call) -> float:
    # A page of nothing costs as much as the smallest, which the engine on this machine counts as nothing.
    least = (1.0 if call.request.get("ConsistentRead") else 0.5) if call.operation == "Query" else 0.0
    return max(_reported_units(call.answer), least)


def _reported_units(answer: Any) -> float:
    consumed = answer.get("ConsumedCapacity", [])
    return float(sum(one["CapacityUnits"] for one in (consumed if isinstance(consumed, list) else [consumed])))
