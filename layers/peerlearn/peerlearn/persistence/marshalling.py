"""Python values as DynamoDB's typed JSON, and back.

The rules are those of `boto3.dynamodb.types`, for the types that items here are made of. That module imports the whole
of boto3, which no function needs otherwise, and asks a value up to ten questions where its type answers at once.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Clamped, Context, Decimal, Inexact, Overflow, Rounded, Underflow
from typing import Any

# DynamoDB keeps 38 digits; a number with more is refused rather than rounded.
_NUMBER = Context(prec=38, Emin=-128, Emax=126, traps=[Clamped, Overflow, Inexact, Rounded, Underflow])


def marshal(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return native Python as a low-level item.

    Raises
    ------
    TypeError
        A value is of a type that DynamoDB does not have, such as float.
    decimal.DecimalException
        A number has more than 38 digits.
    """
    return {name: _typed(value) for name, value in item.items()}


def unmarshal(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a low-level item as native Python; numbers are Decimal."""
    result = {}
    for name, typed in item.items():
        # most attributes are texts
        text = typed.get("S")
        result[name] = text if text is not None else _native(typed)
    return result


def _typed(value: Any) -> dict[str, Any]:
    writer = _WRITERS.get(type(value))
    if writer is not None:
        return writer(value)
    # subclasses, such as the members of an Enum of texts
    for base, writer in _WRITERS.items():
        if isinstance(value, base):
            return writer(value)
    raise TypeError(f"DynamoDB has no type for {type(value).__name__}")


def _number(value: int | Decimal) -> str:
    number = str(_NUMBER.create_decimal(value))
    if number in ("Infinity", "-Infinity", "NaN"):
        raise TypeError("DynamoDB has no infinity and no NaN")
    return number


def _set(values: frozenset[Any] | set[Any]) -> dict[str, Any]:
    if values and all(isinstance(value, str) for value in values):
        return {"SS": list(values)}
    if values and all(isinstance(value, (int, Decimal)) and not isinstance(value, bool) for value in values):
        return {"NS": [_number(value) for value in values]}
    if values and all(isinstance(value, (bytes, bytearray)) for value in values):
        return {"BS": list(values)}
    raise TypeError("a set of DynamoDB holds texts, numbers or bytes, and at least one")


def _binary(value: bytes | bytearray) -> dict[str, Any]:
    return {"B": value}


def _list(values: list[Any] | tuple[Any, ...]) -> dict[str, Any]:
    return {"L": [_typed(value) for value in values]}


_WRITERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    str: lambda text: {"S": text},
    bool: lambda flag: {"BOOL": flag},
    int: lambda number: {"N": _number(number)},
    Decimal: lambda number: {"N": _number(number)},
    type(None): lambda _: {"NULL": True},
    dict: lambda fields: {"M": marshal(fields)},
    list: _list,
    tuple: _list,
    set: _set,
    frozenset: _set,
    bytes: _binary,
    bytearray: _binary,
    Mapping: lambda fields: {"M": marshal(fields)},
}

_READERS: dict[str, Callable[[Any], Any]] = {
    "S": lambda text: text,
    "N": _NUMBER.create_decimal,
    "BOOL": lambda flag: flag,
    "NULL": lambda _: None,
    "M": unmarshal,
    "L": lambda values: [_native(value) for value in values],
    "SS": set,
    "NS": lambda numbers: {_NUMBER.create_decimal(number) for number in numbers},
    "BS": set,
    "B": lambda value: value,
}


def _native(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    return _READERS[kind](value)
