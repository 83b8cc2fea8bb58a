"""The document and its page, as a stack serves them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable

import pytest

from tests.support.api import Answer, http_event, invoke
from tests.support.documented import document

Call = Callable[..., Answer]
HANDLER = "functions.documents.get_openapi.lambda_handler"


def test_served_document_is_the_committed_one_and_names_its_own_stage(call: Call) -> None:
    served = call("get_openapi").body
    assert served["servers"] == [{"url": "https://api.example/api"}]
    assert {**served, "servers": document()["servers"]} == document()


@pytest.mark.parametrize(
    ("context", "server"),
    [
        ({"domainName": "learn.example", "path": "/v1/openapi.json"}, "https://learn.example"),
        ({"domainName": "learn.example", "path": "/peers/v1/openapi.json"}, "https://learn.example/peers"),
        # relative to the document's own address
        ({"domainName": None}, ".."),
    ],
)
def test_server_is_where_the_stage_stands(
    monkeypatch: pytest.MonkeyPatch, context: dict[str, str | None], server: str
) -> None:
    monkeypatch.setenv("TABLE_NAME", "none")
    event = http_event("get_openapi")
    event["requestContext"] |= context
    assert json.loads(invoke(HANDLER, event).text)["servers"] == [{"url": server}]


@pytest.mark.parametrize("name", ["get_openapi", "get_docs"])
def test_unchanged_answer_is_not_sent_again(call: Call, name: str) -> None:
    first = call(name)
    assert (first.status, first.headers["cache-control"]) == (200, "public, max-age=0, must-revalidate")
    again = call(name, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")


def test_page_runs_nothing_but_what_it_holds(call: Call) -> None:
    answer = call("get_docs")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    for directive, element in (("script-src", "script"), ("style-src", "style")):
        texts = re.findall(f"<{element}>(.*?)</{element}>", answer.text, re.DOTALL)
        hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}
        assert hashes == set(policy[directive].split())
    # no asset of anybody else's
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=\"(?!data:)", answer.text)
    assert len(answer.text.encode()) < 6 * 1024 * 1024, "Lambda answers with at most 6 MB"
