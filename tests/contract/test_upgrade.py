"""The present template is an update of the last release's that CloudFormation takes and that loses nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.support.expansion import variant
from tests.support.last_release import holding, kept

BEFORE: dict[str, Any] = kept()["resources"]


def replaced(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Return the resources that would be deleted, or made anew in another's place."""
    return {
        name for name, one in before.items() if any(after.get(name, {}).get(k) != one[k] for k in ("Type", "Fixed"))
    }


def refused(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Tables of whose indexes more than one is made or deleted, or one is changed: DynamoDB does one an update."""
    found = set()
    for name in before.keys() & after.keys():
        old, new = ({one["IndexName"]: one for one in state[name]["Indexes"]} for state in (before, after))
        changed = [index for index in old.keys() & new.keys() if old[index] != new[index]]
        if changed or len(old.keys() ^ new.keys()) > 1:
            found.add(name)
    return found


def present() -> dict[str, Any]:
    return copy.deepcopy(holding(variant("all in prod")))


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def test_nothing_that_holds_data_or_an_address_is_replaced() -> None:
    assert replaced(BEFORE, present()) == set()


def test_indexes_change_one_an_update() -> None:
    assert refused(BEFORE, present()) == set()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Table", {"KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}]}),
        ("Table", {"TableName": "mine"}),
        ("SigningKeysTable", {"TableName": "mine"}),
        ("UploadsBucket", {"BucketName": "mine"}),
        ("SigningKeySecret", {"Name": "mine"}),
        ("WebSocketApi", {"ProtocolType": "HTTP"}),
    ],
)
def test_a_replacement_is_seen(name: str, change: dict[str, Any]) -> None:
    after = present()
    after[name]["Fixed"] |= change
    assert replaced(BEFORE, after) == {name}


def test_another_name_or_kind_of_a_resource_is_seen() -> None:
    after = present()
    after["Records"] = after.pop("Table")
    after["Api"]["Type"] = "AWS::ApiGatewayV2::Api"
    assert replaced(BEFORE, after) == {"Table", "Api"}


def test_two_indexes_at_once_are_seen() -> None:
    one, two = {"IndexName": "GSI8"}, {"IndexName": "GSI9"}
    changes: list[tuple[list[Any], bool]] = [
        ([*BEFORE["Table"]["Indexes"], one], False),
        ([*BEFORE["Table"]["Indexes"], one, two], True),
        (BEFORE["Table"]["Indexes"][1:], False),
        ([*BEFORE["Table"]["Indexes"][1:], one], True),
        (
            [
                BEFORE["Table"]["Indexes"][0] | {"Projection": {"ProjectionType": "KEYS_ONLY"}},
                *BEFORE["Table"]["Indexes"][1:],
            ],
            True,
        ),
    ]
    for indexes, is_refused in changes:
        after = present()
        after["Table"]["Indexes"] = indexes
        assert refused(BEFORE, after) == ({"Table"} if is_refused else set())
