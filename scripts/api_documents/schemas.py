"""Schemas of several functions made into one set, tidied for those who read them or generate clients from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = dict[str, Any]

_PREFIX = "#/components/schemas/"
_ENVELOPE = re.compile(r"^(?:List)?Success_(\w+?)(?:Data)?_$")
# Powertools' own way to report a wrong request: here that is the envelope's task
_FOREIGN = {"HTTPValidationError", "ValidationError", "ResponseValidationError"}


def reference(name: str) -> Schema:
    return {"$ref": _PREFIX + name}


def readable_name(name: str) -> str:
    """`Success_CourseData_` and `ListSuccess_CoursesData_` become CourseAnswer and CoursesAnswer."""
    return _ENVELOPE.sub(r"\1Answer", name)


class Components:
    """Schemas of all functions. Where two contexts have different ones of one name, the later gets its context's."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}

    def add(self, context: str, schemas: Mapping[str, Schema]) -> dict[str, str]:
        """Takes a function's schemas in, and tells under which name each now stands."""
        own = {readable_name(name): tidied(schema) for name, schema in schemas.items() if name not in _FOREIGN}
        names = {name: name for name in own}
        # A schema that is renamed changes those that refer to it.
        while clashing := [name for name, schema in own.items() if self._clashes(names[name], schema, names)]:
            if any(names[name] != name for name in clashing):
                raise ValueError(f"{context} has two schemas named {clashing}")
            names |= {name: context.title() + name for name in clashing}
        for name, schema in own.items():
            self.schemas[names[name]] = _renamed(schema, names)
        return names

    def _clashes(self, name: str, schema: Schema, names: Mapping[str, str]) -> bool:
        return name in self.schemas and self.schemas[name] != _renamed(schema, names)

    def reduced_to(self, used: Any) -> dict[str, Schema]:
        """Those that something refers to, by name."""
        return {name: self.schemas[name] for name in sorted(reached(used, self.schemas))}


def _renamed(schema: Schema, names: Mapping[str, str]) -> Schema:
    renamed: Schema = with_references(schema, lambda name: names.get(name, name))
    return renamed


def tidied(schema: Any) -> Any:
    """Without the titles that pydantic derives from names, with whole numbers as such."""
    if isinstance(schema, list):
        return [tidied(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    result: Schema = {}
    for key, value in schema.items():
        if key == "title" and isinstance(value, str):
            continue
        if key == "$ref":
            result[key] = _PREFIX + readable_name(value.removeprefix(_PREFIX))
        elif key in ("properties", "patternProperties", "$defs"):
            # names of fields, one of which may be `title`
            result[key] = {name: tidied(one) for name, one in value.items()}
        elif isinstance(value, float) and value.is_integer() and key not in ("default", "example"):
            result[key] = int(value)
        else:
            result[key] = tidied(value)
    return result


def without_null(schema: Schema) -> Schema:
    """For a field that is absent rather than null."""
    kinds: list[Schema] = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default") or value is False}
    if len(kinds) == 1:
        return rest | kinds[0]
    return rest | {"anyOf": kinds} if kinds else schema


def answered(schema: Schema) -> Schema:
    """Of an answer: a field that is not required is absent rather than null."""
    required = schema.get("required", [])
    properties = {
        name: one if name in required else without_null(one) for name, one in schema.get("properties", {}).items()
    }
    return schema | {"properties": properties} if properties else schema


def with_references(schema: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(schema, list):
        return [with_references(one, rename) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _PREFIX + rename(value.removeprefix(_PREFIX)) if key == "$ref" else with_references(value, rename)
        for key, value in schema.items()
    }


def reached(start: Any, schemas: Mapping[str, Schema]) -> set[str]:
    """The names of the schemas that something refers to, itself or by way of others."""
    names: set[str] = set()
    waiting = list(references(start))
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += references(schemas[name])
    return names


def references(schema: Any) -> Iterator[str]:
    """The names of the schemas that something refers to."""
    if isinstance(schema, list):
        for one in schema:
            yield from references(one)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref" and isinstance(value, str) and value.startswith(_PREFIX):
                yield value.removeprefix(_PREFIX)
            else:
                yield from references(value)
