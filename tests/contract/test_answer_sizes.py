"""No answer can be larger than Lambda passes on, whatever people wrote: as many entries as there may be, each character
as long as the runtime of Python 3.11 writes it.

What a schema does not bound by itself is bounded here by the name of its field. A new field must have its line.
"""

from __future__ import annotations

from typing import Any

import pytest

from peerlearn.domain.assessments import INSTRUCTIONS_MAX_LENGTH
from peerlearn.domain.courses import (
    ASSESSMENTS_MAX,
    DESCRIPTION_MAX_LENGTH,
    MODULES_MAX,
    SUBJECT_MAX_LENGTH,
    TITLE_MAX_LENGTH,
)
from peerlearn.domain.exports import CHARACTERS_MAX, ENTRIES_MAX
from peerlearn.domain.file_names import FILE_NAME_MAX_LENGTH
from peerlearn.domain.messages import MESSAGE_MAX_LENGTH
from peerlearn.domain.paging import MAX_LIMIT
from peerlearn.domain.peers import COURSES_MAX
from peerlearn.domain.points import Badge
from peerlearn.domain.standing import SESSIONS_MAX
from peerlearn.domain.submission_urls import URL_MAX_LENGTH
from peerlearn.domain.submissions import FEEDBACK_MAX_LENGTH
from peerlearn.domain.users import DEVICE_NAME_MAX_LENGTH, NAME_MAX_LENGTH, TAG_MAX_LENGTH, TAGS_MAX
from peerlearn.http.bodies import PROBLEMS_MAX
from peerlearn.http.pagination import ANSWER_MAX_BYTES
from tests.support.documented import JSON, document
from tests.support.gateway import RESPONSE_MAX_BYTES

# of a character that people wrote, and of one that is made here and stands for itself
WRITTEN, MADE = 12, 2
# ids, tokens, addresses of our own, times
_SHORT, _LONG = 200, 4096
TEXTS: dict[str, tuple[int, int]] = {
    "title": (TITLE_MAX_LENGTH, WRITTEN),
    "courseTitle": (TITLE_MAX_LENGTH, WRITTEN),
    "name": (NAME_MAX_LENGTH, WRITTEN),
    # the values of facets are subjects, levels and ids
    **dict.fromkeys(("subject", "value"), (SUBJECT_MAX_LENGTH, WRITTEN)),
    "description": (DESCRIPTION_MAX_LENGTH, WRITTEN),
    "instructions": (INSTRUCTIONS_MAX_LENGTH, WRITTEN),
    "feedback": (FEEDBACK_MAX_LENGTH, WRITTEN),
    "message": (MESSAGE_MAX_LENGTH, WRITTEN),
    "submissionUrl": (URL_MAX_LENGTH, WRITTEN),
    "fileName": (FILE_NAME_MAX_LENGTH, WRITTEN),
    **dict.fromkeys(("email", "pending", "sentTo"), (254, WRITTEN)),
    "device": (DEVICE_NAME_MAX_LENGTH, WRITTEN),
    "field": (200, WRITTEN),
    **dict.fromkeys(("interests", "learningGoals", "commonInterests"), (TAG_MAX_LENGTH, WRITTEN)),
    # at most two ids
    **dict.fromkeys(("target", "completedModuleIds"), (2 * _SHORT, MADE)),
    **dict.fromkeys(
        ("badges", "code", "outcome", "source", "reference", "timestamp", "status", "timeZone"), (_SHORT, MADE)
    ),
    **dict.fromkeys(
        ("next", "token", "refreshToken", "deviceToken", "ticket", "url", "webSocketUrl", "fields"), (_LONG, MADE)
    ),
}
ARRAYS: dict[str, int] = {
    **dict.fromkeys(("modules", "completedModuleIds"), MODULES_MAX),
    "sessions": SESSIONS_MAX,
    "assessments": ASSESSMENTS_MAX,
    "badges": len(Badge),
    "sharedCourses": COURSES_MAX,
    "fields": PROBLEMS_MAX,
    **dict.fromkeys(("interests", "learningGoals", "commonInterests"), TAGS_MAX),
    # so many courses nobody books
    "enrolledCourses": 10_000,
}
# Lists that are read whole, whatever their entries' size.
UNSHORTENED = {"/v1/learner/messages"}
# Its characters are counted as they are read, and too many make it a file.
EXPORT = "/v1/learner/me/export"
# of what stands around a value: quotes, escaped, and a comma
_AROUND = 6

OPERATIONS = [
    (path, method, status, media["schema"])
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
    for status, response in operation["responses"].items()
    for kind, media in response.get("content", {}).items()
    if kind == JSON and path not in (EXPORT, "/v1/openapi.json")
]


def size(schema: dict[str, Any], name: str, entries: int) -> int:
    """The bytes that a value of the schema has at most; `entries` are those of the page that a list shows."""
    if "$ref" in schema:
        return size(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], name, entries)
    if variants := schema.get("oneOf") or schema.get("anyOf"):
        return max(size(one, name, entries) for one in variants)
    if "enum" in schema or "const" in schema:
        return _AROUND + max(len(str(one)) for one in schema.get("enum", [schema.get("const")]))
    kinds = schema.get("type", [])
    return max(_SIZES[kind](schema, name, entries) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _of_object(schema: dict[str, Any], _: str, entries: int) -> int:
    assert "properties" in schema or "additionalProperties" in schema or not schema.get("required")
    own = sum(len(key) + _AROUND + size(value, key, entries) for key, value in schema.get("properties", {}).items())
    # the fields of an upload's form
    more = schema.get("additionalProperties")
    return own + _AROUND + (20 * size(more, "fields", entries) if isinstance(more, dict) else 0)


def _of_array(schema: dict[str, Any], name: str, entries: int) -> int:
    count: int = schema.get("maxItems") or ARRAYS.get(name) or entries
    return _AROUND + count * (_AROUND + size(schema["items"], name, entries))


def _of_string(schema: dict[str, Any], name: str, _: int) -> int:
    if schema.get("format") == "date-time":
        return _AROUND + _SHORT
    if name.endswith(("Id", "Courses", "Since")) or name == "id":
        return _AROUND + _SHORT * MADE
    assert "maxLength" in schema or name in TEXTS, f"{name} has no length: bound it, or say here what bounds it"
    longest, each = TEXTS.get(name) or (int(schema["maxLength"]), WRITTEN)
    return _AROUND + longest * each


_SIZES = {
    "object": _of_object,
    "array": _of_array,
    "string": _of_string,
    **dict.fromkeys(("integer", "number", "boolean", "null"), lambda *_: 32),
}


@pytest.mark.parametrize(
    ("path", "method", "status", "schema"),
    OPERATIONS,
    ids=[f"{one[1].upper()} {one[0]} {one[2]}" for one in OPERATIONS],
)
def test_no_answer_is_larger_than_lambda_passes_on(path: str, method: str, status: str, schema: dict[str, Any]) -> None:
    # of a list that ends early one entry is always shown
    is_shortened = method == "get" and path not in UNSHORTENED
    assert size(schema, "", 1 if is_shortened else MAX_LIMIT) <= ANSWER_MAX_BYTES, (path, status)


def test_list_cut_short_is_one_that_a_pager_reads() -> None:
    """A list without another bound is in an answer with `metadata`, whose entries a `Pager` counts."""
    for path, method, status, schema in OPERATIONS:
        described = document()["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        is_list = "metadata" in described.get("properties", {})
        if not is_list:
            assert size(schema, "", MAX_LIMIT) <= ANSWER_MAX_BYTES, (path, method, status)


def test_an_export_in_an_answer_is_no_larger() -> None:
    assert CHARACTERS_MAX * WRITTEN + ENTRIES_MAX * 1000 <= ANSWER_MAX_BYTES < RESPONSE_MAX_BYTES


def test_every_list_that_is_sent_has_a_length() -> None:
    """One without is read to its end, with each wrong entry as a problem of its own."""
    for methods in document()["paths"].values():
        for operation in methods.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                for found in _arrays(media["schema"]):
                    assert "maxItems" in found, (operation["operationId"], found)


def _arrays(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for one in schema for found in _arrays(one)]
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return _arrays(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    own = [schema] if schema.get("type") == "array" else []
    return own + [found for one in schema.values() for found in _arrays(one)]
