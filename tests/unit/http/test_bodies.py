"""For any body there is an answer in the envelope, never a 5xx."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.errors import MalformedRequest
from peerlearn.http.bodies import MEMBERS_MAX, strict_json
from tests.unit.http.conftest import event, send

# what Lambda hands over at most
BODY_MAX_BYTES = 6_000_000

MALFORMED = {
    "nothing": None,
    "empty": "",
    "blank": " ",
    "null": "null",
    "list": "[]",
    "text": '"name"',
    "number": "5",
    "true": "true",
    "no JSON": "name=Ada",
    "cut": '{"name": "Ada"',
    "two values": '{"name": "Ada"}{"name": "Bob"}',
    "comma": '{"name": "Ada",}',
    "single quotes": "{'name': 'Ada'}",
    "comment": '{"name": "Ada"} // x',
    "NaN": '{"name": "Ada", "number": NaN}',
    "Infinity": '{"name": "Ada", "number": Infinity}',
    "-Infinity": '{"name": "Ada", "number": -Infinity}',
    "duplicate key": '{"name": "Ada", "name": "Bob"}',
    "duplicate key by escape": '{"name": "Ada", "n\\u0061me": "Bob"}',
    "duplicate key below": '{"name": {"a": 1, "a": 2}}',
    "lone high surrogate": '{"name": "\\ud800"}',
    "lone low surrogate": '{"name": "x\\udc00"}',
    "surrogates in the wrong order": '{"name": "\\udc00\\ud800"}',
    "lone surrogate in a key": '{"\\ud800": 1}',
    "lone surrogate in upper case": '{"name": "\\uDBFF"}',
    "control character": '{"name": "a\nb"}',
    "byte order mark": '\ufeff{"name": "Ada"}',
    "too many digits": '{"name": "Ada", "number": ' + "9" * 5000 + "}",
    "deep lists": '{"name": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "deep objects": '{"name":' * 50_000 + "1" + "}" * 50_000,
    "only opened": "[" * 100_000,
    "too many members": json.dumps({"name": "Ada"} | {f"key {number}": 1 for number in range(100)}),
    "too many members below": json.dumps({"name": {f"key {number}": 1 for number in range(101)}}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(name: str) -> None:
    answer = send(event(body=MALFORMED[name]))
    assert (answer.status, answer.code) == (400, "MALFORMED_REQUEST")


@pytest.mark.parametrize("depth", [10, 100, 500, 900, 990, 1000, 1010, 2000, 5000])
def test_any_depth_is_answered(depth: int) -> None:
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        body = '{"name": ' + opened * depth + "1" + closed * depth + "}"
        assert send(event(body=body)).code in ("VALIDATION_FAILED", "MALFORMED_REQUEST")
        extra = '{"name": "Ada", "extra": "\\u0041", "more": ' + opened * depth + "1" + closed * depth + "}"
        assert send(event(body=extra)).code in ("VALIDATION_FAILED", "MALFORMED_REQUEST")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name"]),
        ({"name": None}, ["name"]),
        ({"name": 5}, ["name"]),
        ({"name": True}, ["name"]),
        ({"name": ["Ada"]}, ["name"]),
        ({"name": "Ada", "number": "5"}, ["number"]),
        ({"name": "Ada", "number": 5.0}, ["number"]),
        ({"name": "Ada", "number": True}, ["number"]),
        ({"name": "Ada", "number": 10**300}, ["number"]),
        ({"name": "Ada", "number": -1}, ["number"]),
        ({"name": "Ada", "role": "admin"}, ["role"]),
        ({"name": "Ada", "tag_list": []}, ["tag_list"]),
        ({"name": "x" * 1_000_000}, ["name"]),
        ({"name": "", "number": "x", "tagList": [""], "points": 1}, ["name", "number", "tagList.0", "points"]),
        ({"name": "thirteen"}, ["body"]),
    ],
)
def test_wrong_fields_are_named_all_at_once(body: dict[str, Any], fields: list[str]) -> None:
    answer = send(event(body=json.dumps(body)))
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [wrong["field"] for wrong in answer.body["details"]["fields"]] == fields
    assert all(
        wrong["message"] and not wrong["message"].startswith("Value error")
        for wrong in answer.body["details"]["fields"]
    )


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"name": "Ada", "tagList": [1] * (BODY_MAX_BYTES // 3)}),
        json.dumps({"name": "Ada", "tagList": [""] * (BODY_MAX_BYTES // 4)}),
        json.dumps({"name": "Ada", "k" * BODY_MAX_BYTES: 1}),
        json.dumps({"name": 1} | {f"{number} {'k' * 50_000}": 1 for number in range(99)}),
        json.dumps({"name": "\N{GRINNING FACE}" * (BODY_MAX_BYTES // 4)}, ensure_ascii=False),
    ],
    ids=["wrong entries", "empty entries", "a long name", "long names", "a long value"],
)
def test_a_body_of_nothing_but_mistakes_is_a_short_answer(body: str) -> None:
    answer = send(event(body=body))
    assert answer.code == "VALIDATION_FAILED"
    assert len(answer.text) < 50_000


def test_as_many_problems_are_named_as_anybody_mends() -> None:
    answer = send(event(body=json.dumps({f"key {number}": 1 for number in range(100)})))
    assert len(answer.body["details"]["fields"]) == 100


def test_infinite_by_exponent_is_a_wrong_number() -> None:
    assert send(event(body='{"name": "Ada", "number": 1e999}')).code == "VALIDATION_FAILED"


@pytest.mark.parametrize(
    "kind", [None, "application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense"]
)
def test_content_type_does_not_matter(kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else None
    assert send(event(body='{"name": "Ada"}', headers=headers)).status == 201


def test_base64_is_decoded() -> None:
    body = base64.b64encode('{"name": "Zoë"}'.encode()).decode()
    answer = send(event(body=body, isBase64Encoded=True))
    assert (answer.status, answer.body["data"]) == (201, {"name": "Zoë"})


@pytest.mark.parametrize(
    "body", ["***", "e30", "e30=\n=", base64.b64encode(b"\xff\xfe{}").decode(), "é", "e" * 100_001]
)
def test_bad_base64_is_malformed(body: str) -> None:
    assert send(event(body=body, isBase64Encoded=True)).code == "MALFORMED_REQUEST"


def test_pairs_of_surrogates_are_a_character() -> None:
    assert send(event(body='{"name": "\\ud83d\\ude00"}')).body["data"] == {"name": "\N{GRINNING FACE}"}


@given(st.text())
def test_any_text_gives_an_object_or_a_refusal(text: str) -> None:
    with suppress(MalformedRequest):
        assert isinstance(strict_json(text), dict)


@given(
    st.dictionaries(
        st.text(),
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text())),
        max_size=MEMBERS_MAX,
    )
)
def test_encodable_value_comes_back(value: dict[str, Any]) -> None:
    for as_ascii in (True, False):
        assert strict_json(json.dumps(value, ensure_ascii=as_ascii)) == value
