"""Writes as DynamoDB takes them: a Put, an Update, a Delete or a check, each with its condition.

A write also carries the id of the request that it was made for, for the consumers of the stream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peerlearn.domain.correlation import CORRELATION_ID, correlation_id
from peerlearn.persistence.items.base import is_streamed
from peerlearn.persistence.keys import Key
from peerlearn.persistence.marshalling import marshal

TRANSACTION_MAX = 100  # DynamoDB's own limit


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction: `operation` is Put, Update, Delete or ConditionCheck."""

    operation: str
    request: dict[str, Any]


def put(
    item: Mapping[str, Any],
    *,
    condition: str | None = None,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Write:
    """Return a Put of the whole item, with the id of the request where the stream's consumers see the item."""
    traced = {**item, CORRELATION_ID: correlation_id()} if correlation_id() and is_streamed(item) else item
    return Write("Put", {"Item": marshal(traced), **_expression(condition, names, values)})


def update(
    key: Key,
    expression: str,
    *,
    condition: str | None = None,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
    traced: bool = True,
) -> Write:
    """Return an Update by expression.

    Parameters
    ----------
    traced: bool
        Whether the item keeps the id of the request that it was written for. Leave it out where no consumer of the
        stream sees the item.
    """
    if traced and correlation_id():
        trace = "SET #correlationId = :correlationId"
        expression = f"{trace}, {expression[4:]}" if expression.startswith("SET ") else f"{trace} {expression}"
        names = {**(names or {}), "#correlationId": CORRELATION_ID}
        values = {**(values or {}), ":correlationId": correlation_id()}
    request = {"Key": marshal(key.as_item()), "UpdateExpression": expression}
    return Write("Update", request | _expression(condition, names, values))


def setting(
    key: Key,
    fields: Mapping[str, Any],
    *,
    removed: Sequence[str] = (),
    condition: str | None = None,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Write:
    """Return an Update that gives some attributes of an item new values, and takes others away.

    Parameters
    ----------
    fields: mapping
        The new values by attribute.
    removed: sequence of str
        Attributes to take away.
    names, values: mapping, optional
        Further placeholders, for the condition; those of the attributes are `#<attribute>` and `:<attribute>`.
    """
    sets = "SET " + ", ".join(f"#{name} = :{name}" for name in fields) if fields else ""
    removes = "REMOVE " + ", ".join(f"#{name}" for name in removed) if removed else ""
    return update(
        key,
        f"{sets} {removes}".strip(),
        condition=condition,
        names={f"#{name}": name for name in (*fields, *removed)} | dict(names or {}),
        values={f":{name}": value for name, value in fields.items()} | dict(values or {}),
    )


def delete(
    key: Key,
    *,
    condition: str | None = None,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Write:
    """Return a Delete by key."""
    return Write("Delete", {"Key": marshal(key.as_item()), **_expression(condition, names, values)})


def check(
    key: Key, condition: str, *, names: Mapping[str, str] | None = None, values: Mapping[str, Any] | None = None
) -> Write:
    """Return a condition on an item that the transaction does not write."""
    return Write("ConditionCheck", {"Key": marshal(key.as_item()), **_expression(condition, names, values)})


def _expression(
    condition: str | None, names: Mapping[str, str] | None, values: Mapping[str, Any] | None
) -> dict[str, Any]:
    request: dict[str, Any] = {}
    if condition:
        request["ConditionExpression"] = condition
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if names:
        request["ExpressionAttributeNames"] = dict(names)
    if values:
        request["ExpressionAttributeValues"] = marshal(values)
    return request
