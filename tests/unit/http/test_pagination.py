"""A page of entries that are very long ends early, and `next` leads on from there."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from hypothesis import given, settings
from hypothesis import strategies as st

from peerlearn.adapters.cursors import CursorCodec
from peerlearn.domain.paging import page_of as page_of_list
from peerlearn.http.app import create_app
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import CursorText, Limit, PageNumber
from peerlearn.http.pagination import ANSWER_MAX_BYTES, Pager, size_of
from tests.fakes.keys import FakeKeyRing
from tests.support.api import Answer, Context, answer_of
from tests.support.gateway import RESPONSE_MAX_BYTES, as_lambda_writes
from tests.unit.http.conftest import event

# what the runtime makes of it: 12, 7, 6, 4 and 1 bytes
LETTERS = ("\N{GRINNING FACE}", "\x01", "é", '"', "a")
# the longest that one entry of a list may be
ENTRY_MAX_BYTES = ANSWER_MAX_BYTES - 1000

stored: list[str] = []
asked: list[int] = []
app = create_app()


@app.get("/texts")
def texts(page: PageNumber = 1, limit: Limit = 10, cursor: CursorText = None) -> ListSuccess[dict[str, list[str]]]:
    pager = Pager(CursorCodec(FakeKeyRing()), "texts")
    wanted = pager.request(page, limit, cursor)
    asked.append(wanted.limit)
    found = page_of_list(list(enumerate(stored)), wanted, lambda pair: pair[:1])
    return ListSuccess[dict[str, list[str]]](
        data={"texts": [text for _, text in found.entries]}, metadata=pager.metadata(wanted, found)
    )


def page_of(**query: object) -> Answer:
    given_ = {name: str(value) for name, value in query.items()}
    many = {name: [value] for name, value in given_.items()}
    asked_ = event("GET", "/texts", queryStringParameters=given_, multiValueQueryStringParameters=many)
    return answer_of(app.lambda_handler(asked_, cast("LambdaContext", Context())), asked_)


def walk(limit: int) -> list[list[str]]:
    """Every page's entries, following `next`."""
    pages: list[list[str]] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        answer = page_of(**query)
        assert (answer.status, answer.body["metadata"]["limit"], answer.body["metadata"]["total"]) == (
            200,
            limit,
            len(stored),
        )
        assert answer.body["metadata"]["page"] == len(pages) + 1
        pages.append(answer.body["data"]["texts"])
        if "next" not in answer.body["metadata"]:
            return pages
        assert pages[-1]
        query["cursor"] = answer.body["metadata"]["next"]


@pytest.mark.parametrize("letter", LETTERS)
def test_nothing_is_left_out_and_nothing_is_too_long(letter: str) -> None:
    stored[:] = [f"{number} {letter * 10_000}" for number in range(130)]
    pages = walk(100)
    assert [text for page in pages for text in page] == stored
    # no shorter than they must be
    assert len(pages[0]) == 100 if letter in LETTERS[3:] else 40 < len(pages[0]) < 100


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(LETTERS), st.integers(0, 490_000)), max_size=12), st.integers(1, 12))
def test_all_entries_come_in_their_order(sizes: list[tuple[str, int]], limit: int) -> None:
    stored[:] = [f"{number} {letter * count}" for number, (letter, count) in enumerate(sizes)]
    pages = walk(limit)
    assert [text for page in pages for text in page] == stored
    assert all(len(page) <= limit for page in pages)


def test_a_page_by_its_number_begins_where_it_always_does() -> None:
    stored[:] = [f"{number} {LETTERS[0] * 10_000}" for number in range(250)]
    third = page_of(page=3, limit=100)
    assert third.body["data"]["texts"][0] == stored[200]
    second = page_of(page=2, limit=100)
    shown = second.body["data"]["texts"]
    assert shown == stored[100 : 100 + len(shown)]
    following = page_of(limit=100, cursor=second.body["metadata"]["next"])
    assert following.body["data"]["texts"][0] == stored[100 + len(shown)]


def test_a_page_that_fits_is_asked_for_once() -> None:
    stored[:] = ["short"] * 100
    asked.clear()
    page_of(limit=100)
    assert asked == [100]


def test_one_entry_is_shown_however_long_it_is() -> None:
    stored[:] = ["a" * ENTRY_MAX_BYTES] * 3
    assert [len(page) for page in walk(3)] == [1, 1, 1]


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("count", [0, 1, 1000, 499_990, 600_000, 3_000_000])
def test_the_size_is_never_less_than_what_the_runtime_writes(letter: str, count: int) -> None:
    body = json.dumps({"text": letter * count}, ensure_ascii=False)
    assert size_of({"body": body}) >= len(as_lambda_writes(body)) - 2
    assert RESPONSE_MAX_BYTES - ANSWER_MAX_BYTES > 10 * 10_240
