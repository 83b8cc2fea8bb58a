"""Cursors: signed, and good for one query of one caller."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.adapters.cursors import CursorCodec
from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.http.pagination import Pager
from tests.fakes.keys import FakeKeyRing, signing_key

POSITION = {"page": 2, "after": {"SK": "E#2026", "n": 5}}
SCOPE = "/v1/learner/me/enrollments?status=active usr_1"
CODEC = CursorCodec(FakeKeyRing())
CURSOR = CODEC.encode(POSITION, SCOPE)
UNSIGNED = (
    b"5",
    b"null",
    b"[]",
    b'["version-1"]',
    b"[null, {}]",
    b'["version-1", {"page": 1}]',
    b'{"a": 1, "b": 2}',
    b'"ab"',
    b"NaN",
    b"\xff\xfe",
)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def refused(cursor: str, scope: str = SCOPE, codec: CursorCodec = CODEC) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        codec.decode(cursor, scope)
    assert refusal.value.details["fields"][0]["field"] == "cursor"


def test_round_trip() -> None:
    assert CODEC.decode(CURSOR, SCOPE) == POSITION


@pytest.mark.parametrize(
    "scope", ["", SCOPE + " ", SCOPE.replace("usr_1", "usr_2"), SCOPE.replace("active", "dropped")]
)
def test_other_query_or_caller(scope: str) -> None:
    refused(CURSOR, scope)


def test_every_character_counts() -> None:
    for place, character in enumerate(CURSOR):
        for bit in (1, 2, 32):
            refused(CURSOR[:place] + ALPHABET[ALPHABET.index(character) ^ bit] + CURSOR[place + 1 :])


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "=",
        "é",
        "\ud800",
        "A" * 2048,
        CURSOR + "=",
        CURSOR + "A",
        CURSOR[:-1],
        CURSOR[:10] + "!" + CURSOR[10:],
        CURSOR[:10] + "\n" + CURSOR[10:],
        " " + CURSOR,
        *(base64.urlsafe_b64encode(b"x" * 16 + payload).decode().rstrip("=") for payload in UNSIGNED),
        base64.urlsafe_b64encode(b"x" * 16 + b"[" * 10_000).decode().rstrip("="),
    ],
)
def test_nonsense(cursor: str) -> None:
    refused(cursor)


@given(st.text(max_size=200))
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    refused(text)


def test_previous_key_is_still_good_and_the_one_before_is_not() -> None:
    keys = FakeKeyRing()
    codec = CursorCodec(keys)
    cursor = codec.encode(POSITION, SCOPE)
    keys.rotate(signing_key(2))
    assert codec.decode(cursor, SCOPE) == POSITION
    keys.rotate(signing_key(3))
    refused(cursor, codec=codec)


def test_another_stacks_cursor() -> None:
    refused(CursorCodec(FakeKeyRing(signing_key(7))).encode(POSITION, SCOPE))


def test_pager_counts_pages_along_the_cursor() -> None:
    pager = Pager(CODEC, SCOPE)
    first = pager.request(1, 10, None)
    assert first == PageRequest(1, 10)
    metadata = pager.metadata(first, PageResult(["a"] * 10, 25, {"offset": 10}))
    assert (metadata.page, metadata.limit, metadata.total) == (1, 10, 25)
    second = pager.request(1, 10, metadata.next)
    assert second == PageRequest(2, 10, {"offset": 10})
    last = pager.metadata(second, PageResult(["a"], 25))
    assert last.model_dump() == {"page": 2, "limit": 10, "total": 25}
