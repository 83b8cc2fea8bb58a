"""The permissions of each function, and whether a call that a handler makes is within it.

The local stack enforces policies but knows no leading keys, and moto enforces none: here both are looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from scripts.project.template import load_template
from tests.support.api import ROOT

T = TypeVar("T")

FUNCTIONS_FOLDER = ROOT / "functions"
TABLE = "Table"
KEYS_TABLE = "SigningKeysTable"
LEADING_KEYS = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["USER#*"]}}
KEPT_ANSWERS = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["IDEMPOTENCY#*"]}}
_PREFIXES = {"USER#*": LEADING_KEYS, "IDEMPOTENCY#*": KEPT_ANSWERS}
_SINGLE = {"GetItem": "Key", "UpdateItem": "Key", "DeleteItem": "Key", "PutItem": "Item"}
_IN_TRANSACTION = {"Put": ("PutItem", "Item"), "Update": ("UpdateItem", "Key"), "Delete": ("DeleteItem", "Key")}
_IN_TRANSACTION["ConditionCheck"] = ("ConditionCheckItem", "Key")


def as_list(value: Any) -> list[Any]:
    """Return what a statement names: one, or a list."""
    return value if isinstance(value, list) else [value]


def statements_of(properties: dict[str, Any], resources: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a SAM function's own statements and those of the managed policies attached to it."""
    found: list[dict[str, Any]] = []
    for policy in properties.get("Policies", []):
        if "Ref" in policy:
            policy = resources[policy["Ref"]]["Properties"]["PolicyDocument"]  # noqa: PLW2901
        found += policy["Statement"]
    return found


def actions_of(statements: list[dict[str, Any]], effect: str = "Allow") -> set[str]:
    """Return every action that the statements name with that effect."""
    return {
        action for statement in statements if statement["Effect"] == effect for action in as_list(statement["Action"])
    }


@cache
def _statements_by_module() -> dict[str, list[dict[str, Any]]]:
    resources = load_template()["Resources"]
    return {
        one["Properties"]["Handler"].rpartition(".")[0]: statements_of(one["Properties"], resources)
        for one in resources.values()
        if one["Type"] == "AWS::Serverless::Function"
    }


_on_behalf_of: ContextVar[str | None] = ContextVar("on_behalf_of", default=None)


def on_behalf_of(module: str | None, call: Callable[[], T]) -> T:
    """Make a call in another thread in the name of the handler that asked for it."""
    _on_behalf_of.set(module)
    try:
        return call()
    finally:
        _on_behalf_of.set(None)


def calling_module() -> str | None:
    """Return the handler's module in whose name the present call is made, e.g. `functions.auth.login`."""
    if (module := _on_behalf_of.get()) is not None:
        return module
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(FUNCTIONS_FOLDER):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if module in _statements_by_module():
                return module
    return None


def permissions_needed(operation: str, parameters: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Yield the action, index and partition of each item that a DynamoDB call is about; a Query's partition is None."""
    if operation == "Query":
        yield "dynamodb:Query", parameters.get("IndexName", ""), None
    elif operation == "TransactWriteItems":
        for kind, write in (pair for one in parameters["TransactItems"] for pair in one.items()):
            action, holder = _IN_TRANSACTION[kind]
            yield f"dynamodb:{action}", "", write[holder]["PK"]["S"]
    else:
        for key in _keys_of(operation, parameters):
            yield f"dynamodb:{operation}", "", key["PK"]["S"]


def _keys_of(operation: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    if operation in _SINGLE:
        return [parameters[_SINGLE[operation]]]
    requests = parameters["RequestItems"].values()
    if operation == "BatchGetItem":
        return [key for wanted in requests for key in wanted["Keys"]]
    assert operation == "BatchWriteItem", f"nobody has said what {operation} needs"
    return [write.get("Key") or write["Item"] for writes in requests for one in writes for write in one.values()]


def is_granted(module: str, action: str, index: str, partition: str | None, table: str = TABLE) -> bool:
    """Check whether a function's policies allow that action on an item of that partition of a table of the template."""
    resource = {"Fn::Sub": f"${{{table}.Arn}}/index/{index}"} if index else {"Fn::GetAtt": [table, "Arn"]}
    for statement in _statements_by_module()[module]:
        if statement["Effect"] != "Allow" or action not in as_list(statement["Action"]):
            continue
        if resource not in as_list(statement["Resource"]):
            continue
        condition = statement.get("Condition")
        if condition is None:
            return True
        prefix = next((prefix for prefix, known in _PREFIXES.items() if known == condition), None)
        assert prefix, "nobody has said what this condition means"
        if partition is not None and fnmatchcase(partition, prefix):
            return True
    return False
