"""The table's client under failures: what is retried, how long, and what callers are told."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from peerlearn.bootstrap.core import client_config
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.retrying import Backoff
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import check, delete, put, update
from scripts.project.template import load_template
from tests.support.wire import BROKEN, THROTTLED, Refusal, Wire, cancelled, conflict
from tests.unit.persistence.conftest import KEY, TableOf, Time

URL = "https://dynamodb.example"


def error(code: str, status: int = 400, **more: Any) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **more,
    }
    return ClientError(answer, "Operation")


def cancelled_by(*reasons: dict[str, Any] | str) -> ClientError:
    listed = [{"Code": reason} if isinstance(reason, str) else reason for reason in reasons]
    return error("TransactionCanceledException", CancellationReasons=listed)


CONFLICT = cancelled_by("None", "TransactionConflict")
WRITES = [put({**KEY._asdict(), "n": 1}), check(KEY, "attribute_exists(PK)")]
EVERY_CALL: list[Callable[[Table], object]] = [
    lambda table: table.get(KEY),
    lambda table: table.batch_get([KEY]),
    lambda table: table.query("PK = :pk", {":pk": "A"}),
    lambda table: table.count("PK = :pk", {":pk": "A"}),
    lambda table: table.write(put({"PK": "A", "SK": "B"})),
    lambda table: table.transact(WRITES, "token"),
]


# -- what passes by itself


@pytest.mark.parametrize("call", EVERY_CALL)
@pytest.mark.parametrize(
    "failure",
    [
        error("ThrottlingException"),
        error("ProvisionedThroughputExceededException"),
        error("RequestLimitExceeded"),
        error("InternalServerError", 500),
        error("SomethingNew", 503),
        ReadTimeoutError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
    ],
    ids=lambda failure: type(failure).__name__ if not isinstance(failure, ClientError) else str(failure)[:60],
)
def test_no_answer_is_a_503(table_of: TableOf, call: Callable[[Table], object], failure: Exception) -> None:
    table, _ = table_of(failure)
    with pytest.raises(TemporarilyUnavailable) as refusal:
        call(table)
    assert (refusal.value.status, refusal.value.retry_after) == (503, 1)


@pytest.mark.parametrize("call", EVERY_CALL)
@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFoundException", "AccessDeniedException"])
def test_faults_of_ours_are_not_hidden(table_of: TableOf, call: Callable[[Table], object], code: str) -> None:
    table, script = table_of(error(code))
    with pytest.raises(ClientError):
        call(table)
    assert len(script.requests) == 1


# -- contention


@pytest.mark.parametrize(
    "contention",
    [
        CONFLICT,
        cancelled_by("ThrottlingError", "None"),
        cancelled_by("None", "ProvisionedThroughputExceeded"),
        cancelled_by("InternalServerError", "None"),
        error("TransactionInProgressException"),
    ],
    ids=str,
)
def test_contention_is_retried_with_the_same_token(table_of: TableOf, contention: ClientError) -> None:
    table, script = table_of(contention, contention, {})
    table.transact(WRITES, "token")
    assert [request["ClientRequestToken"] for request in script.requests] == ["token"] * 3
    assert script.requests[0] == script.requests[2]


def test_contention_of_a_single_write_is_retried(table_of: TableOf) -> None:
    table, script = table_of(error("TransactionConflictException"), {"Attributes": {"n": {"N": "2"}}})
    assert table.write(update(KEY, "SET n = :n", values={":n": 2}), returning="ALL_NEW") == {"n": Decimal(2)}
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    ("contention", "call"),
    [
        (CONFLICT, lambda table: table.transact(WRITES, "token")),
        (error("TransactionConflictException"), lambda table: table.write(put({"PK": "A", "SK": "B"}))),
    ],
    ids=["transaction", "write"],
)
def test_endless_contention_ends_in_tries_and_in_time(
    table_of: TableOf, clock: Time, contention: ClientError, call: Callable[[Table], object]
) -> None:
    table, script = table_of(contention)
    with pytest.raises(TemporarilyUnavailable):
        call(table)
    assert 2 <= len(script.requests) <= 10
    assert sum(clock.pauses) <= 4.0


def test_pauses_are_full_jitter_under_a_growing_cap() -> None:
    asked: list[tuple[float, float]] = []

    def longest(low: float, high: float) -> float:
        asked.append((low, high))
        return high

    pauses: list[float] = []
    backoff = Backoff(sleep=pauses.append, monotonic=lambda: 0.0, jitter=longest)
    assert len(list(backoff.waits())) == 10
    assert {low for low, _ in asked} == {0}
    highs = [high for _, high in asked]
    assert highs == sorted(highs)
    assert (highs[0], highs[-1]) == (0.04, 0.5)


def test_no_pause_begins_that_would_end_after_the_budget(clock: Time) -> None:
    backoff = Backoff(
        attempts=1000, budget=1.0, sleep=clock.sleep, monotonic=clock.monotonic, jitter=lambda _, high: high
    )
    tries = len(list(backoff.waits()))
    assert (2 <= tries < 20, clock.now <= 1.0) == (True, True)


# -- conditions


def test_a_false_condition_is_never_retried_and_says_what_stood_there(table_of: TableOf, clock: Time) -> None:
    found = {"PK": {"S": "A"}, "seatsTaken": {"N": "5"}}
    table, script = table_of(cancelled_by("None", {"Code": "ConditionalCheckFailed", "Item": found}))
    with pytest.raises(ConditionFailed) as failure:
        table.transact(WRITES, "token")
    assert failure.value.failed == (False, True)
    assert failure.value.found == (None, {"PK": "A", "seatsTaken": 5})
    assert (len(script.requests), clock.pauses) == (1, [])


def test_a_false_condition_wins_over_a_conflict(table_of: TableOf) -> None:
    table, script = table_of(cancelled_by("TransactionConflict", "ConditionalCheckFailed"))
    with pytest.raises(ConditionFailed) as failure:
        table.transact(WRITES, "token")
    assert (failure.value.failed, failure.value.undecided) == ((False, True), (True, False))
    assert len(script.requests) == 1


@pytest.mark.parametrize("found", [None, {"PK": {"S": "A"}}])
def test_a_false_condition_of_a_single_write(table_of: TableOf, found: dict[str, Any] | None) -> None:
    more: dict[str, Any] = {"Item": found} if found else {}
    table, script = table_of(error("ConditionalCheckFailedException", **more))
    with pytest.raises(ConditionFailed) as failure:
        table.write(delete(KEY, condition="attribute_exists(PK)"))
    assert failure.value.found == (({"PK": "A"},) if found else (None,))
    assert len(script.requests) == 1


def test_every_condition_asks_for_the_item_it_failed_on() -> None:
    for write in (
        put({"PK": "A"}, condition="c"),
        update(KEY, "SET a = :a", condition="c", values={":a": 1}),
        delete(KEY, condition="c"),
        check(KEY, "c"),
    ):
        assert write.request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
        assert write.request["ConditionExpression"] == "c"


# -- the client library beneath, as it is configured


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, clock: Time) -> Wire:
    monkeypatch.setattr(time, "sleep", clock.sleep)
    return Wire(boto3.client("dynamodb", config=client_config(), endpoint_url="http://127.0.0.1:1"))


@pytest.mark.parametrize("refusal", [THROTTLED, BROKEN, Refusal("ProvisionedThroughputExceededException")])
def test_client_library_tries_three_times(wire: Wire, clock: Time, refusal: Refusal) -> None:
    wire.refuse("GetItem", refusal, times=100)
    with pytest.raises(TemporarilyUnavailable):
        Table(wire.client, "t").get(KEY)
    assert wire.calls == ["GetItem"] * 3
    assert sum(clock.pauses) <= 3


def test_client_library_leaves_contention_to_us(wire: Wire, clock: Time) -> None:
    wire.refuse("TransactWriteItems", conflict(2), times=100)
    backoff = lambda: Backoff(attempts=4, sleep=clock.sleep, monotonic=clock.monotonic)  # noqa: E731
    with pytest.raises(TemporarilyUnavailable):
        Table(wire.client, "t", backoff).transact(WRITES, "token")
    assert len(wire.calls) == 4
    assert {body["ClientRequestToken"] for body in wire.bodies} == {"token"}


def test_client_library_leaves_false_conditions_alone(wire: Wire) -> None:
    wire.refuse("TransactWriteItems", cancelled("ConditionalCheckFailed", "None"), times=100)
    with pytest.raises(ConditionFailed):
        Table(wire.client, "t").transact(WRITES, "token")
    assert len(wire.calls) == 1


def test_silence_is_given_up_before_the_function_is() -> None:
    config: Any = client_config()
    tries = config.retries["total_max_attempts"]
    pauses = sum(2**number for number in range(tries - 1))  # botocore's longest, in its standard mode
    worst = tries * max(config.connect_timeout, config.read_timeout) + pauses
    assert worst < load_template()["Globals"]["Function"]["Timeout"]
