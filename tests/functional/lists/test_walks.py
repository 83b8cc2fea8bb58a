"""Every list of the API by cursor, while entries come, go and move: what stays at its place is seen exactly once.

The lists are those of the OpenAPI document: a new one fails until it is in `conftest.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.functional.lists.conftest import Lists, Walk
from tests.support.api import Answer
from tests.support.documented import document
from tests.support.people import People

Call = Callable[..., Answer]

OPERATIONS = {
    path
    for path, operations in document()["paths"].items()
    if "cursor" in {parameter["name"] for parameter in operations.get("get", {}).get("parameters", ())}
}
WALKS = tuple(Lists(People.__new__(People)).walks())


def test_every_list_of_the_document_is_walked() -> None:
    assert {path.partition("?")[0] for path in WALKS} == OPERATIONS


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("path", WALKS)
def test_entry_that_stays_is_seen_once(call: Call, people: People, path: str, limit: int) -> None:
    walk = Lists(people).walks()[path]()
    chance = random.Random(f"{path} {limit}")  # noqa: S311
    before = seen_on(call, walk, 100)[0]
    assert len(before) >= 7
    touched: set[object] = set()

    def meanwhile() -> None:
        for _ in range(chance.choice((0, 1, 2))):
            touched.update(walk.change(chance))

    pages = seen_on(call, walk, limit, meanwhile)
    seen = [entry for page in pages for entry in page]
    stayed = set(before) - touched
    assert stayed
    assert {entry: seen.count(entry) for entry in stayed} == dict.fromkeys(stayed, 1)
    # nobody can be asked to see what comes, but nobody is shown an entry twice that did not leave its place
    assert {entry for entry in seen if seen.count(entry) > 1} <= touched


PAGED = [
    path
    for path in WALKS
    if "page" in {one["name"] for one in document()["paths"][path.partition("?")[0]]["get"]["parameters"]}
]


@pytest.mark.parametrize(("page", "limit", "code"), [(10, 100, "None"), (11, 100, "VALIDATION_FAILED")])
@pytest.mark.parametrize("path", PAGED)
def test_page_number_reaches_the_thousandth_entry(
    call: Call, people: People, path: str, page: int, limit: int, code: str
) -> None:
    walk = Lists(people).walks()[path]()
    token = walk.reader.token if walk.reader else None
    query = {**(walk.query or {}), "page": str(page), "limit": str(limit)}
    answer = call(walk.endpoint, token=token, path=walk.path, query=query)
    assert answer.code == code
    if code != "None":
        assert [one["field"] for one in answer.body["details"]["fields"]] == ["page"]


def seen_on(call: Call, walk: Walk, limit: int, meanwhile: Callable[[], None] = lambda: None) -> list[list[object]]:
    """Return each page's entries, following `next`, with something done between two pages."""
    pages: list[list[object]] = []
    query: dict[str, Any] = {**(walk.query or {}), "limit": str(limit)}
    token = walk.reader.token if walk.reader else None
    while True:
        answer = call(walk.endpoint, token=token, path=walk.path, query=query)
        assert answer.status == 200, answer.body
        entries = next(value for value in answer.body["data"].values() if isinstance(value, list))
        pages.append([walk.of(entry) for entry in entries])
        following = answer.body["metadata"].get("next")
        if following is None:
            return pages
        assert len(following) <= 2048
        query = {**(walk.query or {}), "limit": str(limit), "cursor": following}
        meanwhile()
