"""A call that a handler may not make fails its tests: each holds its calls against the template's policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from functions.auth import refresh
from functions.courses import list_roster
from peerlearn.bootstrap.core import table
from peerlearn.persistence.side_by_side import SideBySide
from tests.functional.conftest import TABLE
from tests.support.lag_readers import own_look
from tests.support.policies import KEYS_TABLE, is_granted, permissions_needed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REFRESH = refresh.__name__


def test_shared_permissions_reach_peoples_own_partitions_alone() -> None:
    assert is_granted(REFRESH, "dynamodb:UpdateItem", "", "USER#usr_1")
    assert not is_granted(REFRESH, "dynamodb:UpdateItem", "", "COURSE#crs_1")
    assert not is_granted(REFRESH, "dynamodb:DeleteItem", "", "USER#usr_1")
    assert not is_granted("functions.documents.get_docs", "dynamodb:GetItem", "", "USER#usr_1")


def test_only_signers_publish_keys_and_who_may_write_people_may_not() -> None:
    assert is_granted(REFRESH, "dynamodb:PutItem", "", "SIGNING#KEYS", KEYS_TABLE)
    for module in ("functions.auth.logout", "functions.users.update_user", "functions.enrollments.enroll"):
        assert is_granted(module, "dynamodb:UpdateItem", "", "USER#usr_1")
        assert is_granted(module, "dynamodb:GetItem", "", "SIGNING#KEYS", KEYS_TABLE)
        for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"):
            for partition in ("SIGNING#KEYS", "USER#usr_1"):
                assert not is_granted(module, f"dynamodb:{action}", "", partition, KEYS_TABLE)


def test_indexes_are_granted_one_by_one() -> None:
    assert is_granted("functions.courses.list_roster", "dynamodb:Query", "GSI1", None)
    assert not is_granted("functions.courses.list_roster", "dynamodb:Query", "GSI2", None)
    assert not is_granted("functions.courses.list_roster", "dynamodb:Query", "", None)


def test_each_part_of_a_transaction_or_batch_needs_its_own_permission() -> None:
    key = {"PK": {"S": "USER#1"}, "SK": {"S": "A"}}
    writes = [{"Put": {"Item": key}}, {"ConditionCheck": {"Key": key}}]
    assert list(permissions_needed("TransactWriteItems", {"TransactItems": writes})) == [
        ("dynamodb:PutItem", "", "USER#1"),
        ("dynamodb:ConditionCheckItem", "", "USER#1"),
    ]
    batch = {"RequestItems": {TABLE: [{"DeleteRequest": {"Key": key}}]}}
    assert list(permissions_needed("BatchWriteItem", batch)) == [("dynamodb:BatchWriteItem", "", "USER#1")]
    with pytest.raises(AssertionError, match="Scan"):
        list(permissions_needed("Scan", {"RequestItems": {}}))


def test_a_handler_that_goes_beyond_its_policies_is_caught(aws: DynamoDBClient) -> None:
    """Code that runs as if it stood in the handler's file."""
    text = "def read(client, table):\n    client.get_item(TableName=table, Key={'PK': {'S': pk}, 'SK': {'S': 'A'}})\n"
    for pk, allowed in (("USER#1", True), ("COURSE#1", False)):
        names: dict[str, object] = {"pk": pk}
        exec(compile(text, str(refresh.__file__), "exec"), names)  # noqa: S102
        read = names["read"]
        assert callable(read)
        if allowed:
            read(boto3.client("dynamodb"), TABLE)
        else:
            with pytest.raises(AssertionError, match="refresh may not"):
                read(aws, TABLE)


@pytest.mark.usefixtures("aws")
def test_a_handlers_calls_in_other_threads_are_held_against_its_policies_too() -> None:
    text = "def read(calls, query):\n    with calls:\n        return calls.begin(query).result()\n"
    for module, allowed in ((list_roster, True), (refresh, False)):
        names: dict[str, object] = {}
        exec(compile(text, str(module.__file__), "exec"), names)  # noqa: S102
        read = names["read"]
        assert callable(read)

        def query() -> list[dict[str, Any]]:
            values = {":pk": "ROSTER#crs_1"}
            with own_look():
                return table().query("#pk = :pk", values, names={"#pk": "GSI1PK"}, index="GSI1")

        if allowed:
            assert read(SideBySide(), query) == []
        else:
            with pytest.raises(AssertionError, match="refresh may not"):
                read(SideBySide(), query)
