"""HEAD, by which programs ask whether a calendar or a document has changed: the answer to GET without its body."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest

from scripts.project.template import load_template
from tests.support.api import Answer, http_event, invoke
from tests.support.people import Person

Call = Callable[..., Answer]
ROUTES = {
    (event["Properties"]["Method"].upper(), event["Properties"]["Path"]): name
    for name, resource in load_template()["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
    for event in resource["Properties"].get("Events", {}).values()
    if event["Type"] == "Api"
}
PROBED = sorted(path for method, path in ROUTES if method == "HEAD" and "{" not in path)


@pytest.fixture
def query(call: Call, learner: Person) -> dict[str, str]:
    """The query of a private calendar, which documents disregard."""
    created = call("create_calendar_link", token=learner.token)
    return dict(parse_qsl(urlsplit(created.body["data"]["calendar"]["url"]).query))


def test_probed_path_has_the_route() -> None:
    """Each is one that needs no token of an account; the same function answers GET."""
    assert PROBED == ["/v1/docs", "/v1/learner/me/calendar.ics", "/v1/openapi.json"]
    assert all(ROUTES["HEAD", path] == ROUTES["GET", path] for path in PROBED)


@pytest.mark.parametrize("name", ["get_calendar", "get_openapi", "get_docs"])
@pytest.mark.parametrize("known", [False, True])
def test_head_has_status_and_headers_of_get_and_no_body(
    call: Call, handlers: dict[str, str], query: dict[str, str], name: str, *, known: bool
) -> None:
    headers = {"If-None-Match": call(name, query=query).headers["etag"]} if known else {}
    get = call(name, query=query, headers=headers)
    assert get.status == (304 if known else 200)
    event = http_event(name, query=query, headers=headers) | {"httpMethod": "HEAD"}
    head = invoke(handlers[name], event)
    assert (head.status, head.text) == (get.status, "")
    assert head.headers == get.headers


def test_head_of_a_revoked_link_is_refused_as_get_is(
    call: Call, handlers: dict[str, str], query: dict[str, str]
) -> None:
    forged = {"token": query["token"][:-1] + ("A" if query["token"][-1] != "A" else "B")}
    head = invoke(handlers["get_calendar"], http_event("get_calendar", query=forged) | {"httpMethod": "HEAD"})
    assert (head.status, head.text) == (404, "")
    assert call("get_calendar", query=forged).status == 404
