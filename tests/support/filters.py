"""Which records of the table's stream Lambda hands to a function, by the template's filters."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from scripts.project.template import load_template


def stream_source(function: str) -> dict[str, Any]:
    """The properties of that function's event source."""
    source: dict[str, Any] = load_template()["Resources"][function]["Properties"]["Events"]["Stream"]["Properties"]
    return source


def filter_of(function: str) -> Callable[[dict[str, Any]], bool]:
    """Whether Lambda would call the function for a record."""
    patterns = [json.loads(one["Pattern"]) for one in stream_source(function)["FilterCriteria"]["Filters"]]
    assert len(patterns) <= 5
    return lambda record: any(_matches(pattern, record) for pattern in patterns)


def _matches(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, list):
        return any(_allows(rule, value) for rule in pattern)
    return isinstance(value, dict) and all(_matches(rule, value.get(name)) for name, rule in pattern.items())


def _allows(rule: Any, value: Any) -> bool:
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
    return value not in rule["anything-but"] if isinstance(rule, dict) else value == rule
