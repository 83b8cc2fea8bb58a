"""The filters of an event source, as Lambda applies them to a stream's records.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Filter = Mapping[str, Any]


def matches_any(filters: Sequence[Filter], record: Mapping[str, Any]) -> bool:
    """Whether the function is to see the record; without filters it sees all."""
    return not filters or any(_matches(pattern, record) for pattern in filters)


def _matches(pattern: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return all(
        _matches(wanted, value[name] if isinstance(value.get(name), Mapping) else {})
        if isinstance(wanted, Mapping)
        else any(_allows(rule, value.get(name)) for rule in wanted)
        for name, wanted in pattern.items()
    )


def _allows(rule: Any, value: Any) -> bool:
    if not isinstance(rule, Mapping):
        return bool(rule == value)
    if "anything-but" in rule:
        return value is not None and value not in rule["anything-but"]
    if "prefix" in rule:
        return isinstance(value, str) and value.startswith(rule["prefix"])
    if "exists" in rule:
        return (value is not None) is rule["exists"]
    # One that is not known here keeps nothing back: a record too many is harmless, one too few is lost.
    return True
