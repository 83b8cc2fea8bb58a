"""The Big List of Naughty Strings through every text field and parameter that the OpenAPI document names.

The list (https://github.com/minimaxir/big-list-of-naughty-strings) is kept in `tests/data` with its licence. Each text
is either refused in the envelope or comes back as it was sent, in the answer and where it is read again. Each field
gets a few and every twenty-fifth of them, each field others; with `--long` all.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from tests.functional.fuzz.conftest import OPERATIONS, Operation, School
from tests.support.api import ROOT
from tests.support.documented import document

STRINGS: list[str] = json.loads((ROOT / "tests" / "data" / "naughty_strings.json").read_text(encoding="utf-8"))
# Strings that every field gets, and some that are in no such list: a lone surrogate, a null, what is too long.
ALWAYS = ["", "\ud800", "\u0000", "x" * 5000]
STRINGS += [*ALWAYS, "\u202eevil", "é" * 100, "\U0001f9d1\u200d\U0001f9bd"]
STRIDE = 25

Place = tuple[str, ...]


def schema_of(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def text_places(schema: dict[str, Any], place: Place = ()) -> Iterator[Place]:
    """Where a body takes a text; `0` stands for an entry of a list."""
    schema = schema_of(schema)
    for one in schema.get("anyOf", []):
        yield from text_places(one, place)
    if schema.get("type") == "string" and "const" not in schema:
        yield place
    for name, one in schema.get("properties", {}).items():
        yield from text_places(one, (*place, name))
    if schema.get("type") == "array":
        yield from text_places(schema["items"], (*place, "0"))


FIELDS = [
    pytest.param(operation, place, id=f"{operation.name}-{'.'.join(place)}")
    for operation in OPERATIONS
    for place in dict.fromkeys(text_places(operation.body_schema))
]
PARAMETERS = [
    pytest.param(operation, one["name"], id=f"{operation.name}-{one['name']}")
    for operation in OPERATIONS
    for one in operation.parameters
    if one["in"] in ("query", "header", "path")
]
# Where what was written is read again: an endpoint, and whether it needs the id of what was made.
READ_AGAIN = {
    "update_profile": "get_profile",
    "create_course": "get_course",
    "update_course": "get_course",
    "create_assessment": "get_assessment",
}
BY_NAME = {operation.name: operation for operation in OPERATIONS}


@pytest.fixture
def strings(request: pytest.FixtureRequest, *, long: bool) -> list[str]:
    if long:
        return STRINGS
    start = sum(request.node.name.encode()) % STRIDE
    return [*ALWAYS, *STRINGS[start::STRIDE]]


@pytest.mark.parametrize(("operation", "place"), FIELDS)
def test_a_field_refuses_a_text_or_keeps_it(
    school: School, operation: Operation, place: Place, strings: list[str]
) -> None:
    who = operation.caller
    path = school.path(operation)
    for text in strings:
        body = _with_text(school.usual_body(operation), place, text)
        answer = school.send(operation, body=body, token=school.tokens[who], path=path)
        if answer.status in (200, 201):
            _require_kept(answer.body, place, text)
            if place == ("fileName",):
                signed = answer.body["data"]["upload"]["fields"]["x-amz-meta-file-name"]
                assert base64.urlsafe_b64decode(signed).decode() == unicodedata.normalize("NFC", text)
            if operation.name in READ_AGAIN:
                again = _read_again(school, operation, path, answer.body, who)
                _require_kept(again, place, text)


# Nobody else reads these, or they are no text: who sends something else is told what they are.
OPAQUE = {"contentType", "password", "newPassword", "currentPassword", "clientMessageId"}
OPAQUE |= {"refreshToken", "deviceToken", "token"}
# These may be empty, and have several lines.
LONG = {"description", "instructions", "feedback", "reason"}
READ = [field for field in FIELDS if not OPAQUE & {str(field.id).rpartition("-")[2].removesuffix(".0")}]
CONTROLS = [
    "a\u0000b",
    "a\u0007",
    "\u001b[31mred",
    "a\u007f",
    "a\u0085b",
    "\u202egpj.exe",
    "a\u2066b",
    "a\u2067b",
    "\u202ab",
]
BREAKS = ["a\nb", "a\r\nb", "a\tb", "a\u2028b", "a\u2029b"]
INVISIBLE = [
    "\u200b",
    "\u3164",
    "\u0301",
    "\u2800",
    "\u115f",
    "\uffa0",
    "\u00ad",
    "\u200d\u200c",
    "\ufe0f",
    "\U000e0041",
    "  ",
]


@pytest.mark.parametrize(("operation", "place"), READ)
def test_a_text_that_others_read_has_nothing_that_is_not_text(
    school: School, operation: Operation, place: Place
) -> None:
    name = [part for part in place if part != "0"][-1]
    path = school.path(operation)
    refused = [*CONTROLS, *([] if name in {*LONG, "message"} else BREAKS), *([] if name in LONG else INVISIBLE)]
    for text in refused:
        body = _with_text(school.usual_body(operation), place, text)
        answer = school.send(operation, body=body, token=school.tokens[operation.caller], path=path)
        assert (answer.status, answer.code, text) == (422, "VALIDATION_FAILED", text)
        fields = [one["field"] for one in answer.body["details"]["fields"]]
        assert any(field.startswith(place[0]) for field in fields), (fields, text)


@pytest.mark.parametrize(("operation", "name"), PARAMETERS)
def test_a_parameter_takes_any_text(school: School, operation: Operation, name: str, strings: list[str]) -> None:
    parameter = next(one for one in operation.parameters if one["name"] == name)
    path = school.path(operation)
    query = {
        one["name"]: school.ids["with"] for one in operation.parameters if one["in"] == "query" and one["required"]
    }
    for text in strings:
        changes: dict[str, Any] = {"token": school.tokens[operation.caller]}
        if parameter["in"] == "header":
            changes["headers"] = {name: text}
        elif parameter["in"] == "query":
            changes["query"] = query | {name: text}
        # an empty one, or one with a slash, is another address
        elif not text or "/" in text:
            continue
        changes["path"] = path | ({name: text} if parameter["in"] == "path" else {})
        school.send(operation, **changes)


def test_there_are_fields_to_try() -> None:
    """The walk over the document finds what is plainly there."""
    names = {param.id for param in (*FIELDS, *PARAMETERS)}
    expected = {"register-name", "register-interests.0", "create_course-modules.0.title", "send-message"}
    assert expected | {"list_courses-q", "list_messages-with", "get_course-courseId"} <= names


def _with_text(value: Any, place: Place, text: str) -> Any:
    """A body with the text in that place, whatever was there."""
    if not place:
        return text
    name, *rest = place
    if name == "0":
        entry = value[0] if isinstance(value, list) and value else {}
        return [_with_text(entry, tuple(rest), text)]
    old = value if isinstance(value, dict) else {}
    return {**old, name: _with_text(old.get(name), tuple(rest), text)}


def _require_kept(answer: Any, place: Place, text: str) -> None:
    name = [part for part in place if part != "0"][-1]
    if name in (
        "password",
        "newPassword",
        "currentPassword",
        "refreshToken",
        "deviceToken",
        "email",
        "fileName",
        "contentType",
    ):
        return
    found = list(_values(answer, name))
    assert not found or any(text.strip() == one.strip() and one in text for one in found), (name, text, found)


def _values(answer: Any, name: str) -> Iterator[str]:
    if isinstance(answer, list):
        for one in answer:
            yield from _values(one, name)
    elif isinstance(answer, dict):
        for key, value in answer.items():
            if key == name and isinstance(value, str | list):
                yield from [value] if isinstance(value, str) else [one for one in value if isinstance(one, str)]
            yield from _values(value, name)


def _read_again(school: School, operation: Operation, path: dict[str, str], answer: Any, who: str) -> Any:
    reader = BY_NAME[READ_AGAIN[operation.name]]
    names = [one["name"] for one in reader.parameters if one["in"] == "path"]
    where = {name: path.get(name) or next(_values(answer, name)) for name in names}
    return school.send(reader, token=school.tokens[who], path=where).body
