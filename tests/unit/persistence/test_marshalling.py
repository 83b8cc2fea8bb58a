"""Items on the wire: exactly what boto3 would make of them."""

from __future__ import annotations

from decimal import Decimal, Inexact
from enum import StrEnum
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.persistence.marshalling import marshal, unmarshal


class _Colour(StrEnum):
    RED = "red"


_numbers = st.integers(-(10**37), 10**37) | st.decimals(
    min_value=-(10**12), max_value=10**12, places=6, allow_nan=False, allow_infinity=False
)
_scalars: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.text()
    | _numbers
    | st.sets(st.text(), min_size=1)
    | st.sets(st.integers(0, 10**20), min_size=1)
    | st.just(_Colour.RED)
)
_values = st.recursive(_scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@given(st.dictionaries(st.text(), _values))
def test_writes_and_reads_as_boto3_does(item: dict[str, Any]) -> None:
    theirs = {name: TypeSerializer().serialize(value) for name, value in item.items()}
    assert _ordered(marshal(item)) == _ordered(theirs)
    assert unmarshal(theirs) == {name: TypeDeserializer().deserialize(value) for name, value in theirs.items()}


@pytest.mark.parametrize("value", [1.5, object(), set(), {1.5}, {"a", 1}, Decimal("NaN"), Decimal("Infinity"), [0.5]])
def test_refuses_what_dynamodb_does_not_have(value: object) -> None:
    with pytest.raises(TypeError):
        marshal({"value": value})


def test_refuses_to_round() -> None:
    with pytest.raises(Inexact):
        marshal({"value": 10**38 + 1})


def _ordered(typed: Any) -> Any:
    """Sets have no order, and boto3 lists them in any."""
    if isinstance(typed, dict):
        return {key: sorted(value) if key in ("SS", "NS") else _ordered(value) for key, value in typed.items()}
    return [_ordered(value) for value in typed] if isinstance(typed, list) else typed
