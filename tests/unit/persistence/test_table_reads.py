"""Reads through empty pages and unprocessed keys."""

from __future__ import annotations

from typing import Any

import pytest

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.persistence import keys
from peerlearn.persistence.keys import Key
from tests.unit.persistence.conftest import TableOf, Time, found


def page(*items: str, last: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"Items": [{"SK": {"S": item}} for item in items], "Count": len(items)}
    return answer | ({"LastEvaluatedKey": {"SK": {"S": last}}} if last else {})


def test_query_goes_on_through_empty_pages(table_of: TableOf) -> None:
    table, script = table_of(page(last="b"), page("c", last="d"), page(last="e"), page("f"))
    assert [item["SK"] for item in table.query("PK = :pk", {":pk": "A"})] == ["c", "f"]
    starts = [request.get("ExclusiveStartKey") for request in script.requests]
    assert starts == [None, {"SK": {"S": "b"}}, {"SK": {"S": "d"}}, {"SK": {"S": "e"}}]


def test_query_stops_at_its_limit(table_of: TableOf) -> None:
    table, script = table_of(page("a", "b", last="b"), page(last="c"), page("d", last="d"), page("never"))
    assert [item["SK"] for item in table.query("PK = :pk", {":pk": "A"}, limit=3)] == ["a", "b", "d"]
    assert [request["Limit"] for request in script.requests] == [3, 1, 1]


def test_count_adds_up_the_pages(table_of: TableOf) -> None:
    table, script = table_of({"Count": 2, "LastEvaluatedKey": {"SK": {"S": "b"}}}, {"Count": 3})
    assert table.count("PK = :pk", {":pk": "A"}) == 5
    assert {request["Select"] for request in script.requests} == {"COUNT"}


def test_an_index_is_never_read_consistently_and_the_table_always_is(table_of: TableOf) -> None:
    table, script = table_of(page())
    table.query("PK = :pk", {":pk": "A"})
    table.query("PK = :pk", {":pk": "A"}, index="GSI1")
    assert [request["ConsistentRead"] for request in script.requests] == [True, False]


def test_unprocessed_keys_are_asked_for_again(table_of: TableOf) -> None:
    table, script = table_of(found(1, unprocessed=[2, 3]), found(unprocessed=[2, 3]), found(2, 3))
    items = table.batch_get([Key("P", str(number)) for number in (1, 2, 3)])
    assert sorted(key.sk for key in items) == ["1", "2", "3"]
    asked = [[key["SK"]["S"] for key in request["RequestItems"]["t"]["Keys"]] for request in script.requests]
    assert asked == [["1", "2", "3"], ["2", "3"], ["2", "3"]]


def test_keys_that_stay_unprocessed_end_in_a_503(table_of: TableOf, clock: Time) -> None:
    table, script = table_of(found(unprocessed=[1]))
    with pytest.raises(TemporarilyUnavailable):
        table.batch_get([Key("P", "1")])
    assert len(script.requests) <= 10
    assert sum(clock.pauses) <= 4.0


def test_many_keys_are_asked_for_in_hundreds_and_each_once(table_of: TableOf) -> None:
    table, script = table_of(found())
    assert table.batch_get([Key("P", str(number % 250)) for number in range(500)]) == {}
    assert [len(request["RequestItems"]["t"]["Keys"]) for request in script.requests] == [100, 100, 50]


def test_no_keys_are_not_asked_for(table_of: TableOf) -> None:
    table, script = table_of(found())
    assert (table.batch_get([]), script.requests) == ({}, [])


def test_absent_item_is_none(table_of: TableOf) -> None:
    table, _ = table_of({})
    assert table.get(keys.profile("usr_1")) is None
