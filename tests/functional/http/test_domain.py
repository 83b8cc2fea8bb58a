"""Behind a domain of one's own API Gateway puts a base path before every path: the answers are the same."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from peerlearn.domain.errors import NotFound
from scripts.project.template import load_template
from tests.support.api import EVENTS, Answer, event_of, http_event, invoke
from tests.support.gateway import behind_a_domain
from tests.support.people import Person

Call = Callable[..., Answer]

NAMES = sorted(path.stem for path in Path(EVENTS).glob("*.json") if "httpMethod" in event_of(path.stem))
NO_ROUTE = NotFound().message
# of an answer, different each time
_INCIDENTAL = ("timestamp", "requestId")


def told(answer: Answer) -> tuple[int, dict[str, Any], dict[str, str]]:
    # The second call leaves less of a limit than the first.
    headers = {name: value for name, value in answer.headers.items() if name != "ratelimit"}
    return answer.status, {name: one for name, one in answer.body.items() if name not in _INCIDENTAL}, headers


@pytest.fixture
def send(call: Call, handlers: dict[str, str], fallback: ModuleType) -> Callable[[dict[str, Any], str], Answer]:  # noqa: ARG001 (AWS stands)
    def send_(event: dict[str, Any], name: str) -> Answer:
        return invoke(handlers.get(name, f"{fallback.__name__}.lambda_handler"), event)

    return send_


@pytest.fixture(scope="session")
def fallback(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The function whose code stands in the template."""
    folder = tmp_path_factory.mktemp("fallback")
    code = load_template()["Resources"]["FallbackFunction"]["Properties"]["InlineCode"]
    (folder / "fallback_function.py").write_text(code, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return importlib.import_module("fallback_function")


@pytest.mark.parametrize("name", NAMES)
def test_a_base_path_changes_no_answer(send: Callable[..., Answer], administrator: Person, name: str) -> None:
    event = event_of(name)
    behind = send(behind_a_domain(event), name)
    if name == "register":
        # twice is another answer
        assert behind.status == 201
        return
    assert told(behind) == told(send(event, name))
    signed_in = http_event(name, token=administrator.token)
    assert send(behind_a_domain(signed_in), name).body.get("message") != NO_ROUTE


def test_a_base_path_of_several_segments_changes_no_answer(send: Callable[..., Answer]) -> None:
    event = event_of("get_course")
    assert told(send(behind_a_domain(event, "learn/now"), "get_course")) == told(send(event, "get_course"))


@pytest.mark.parametrize("path", ["/", "/v1/nowhere", "/v1/courses/crs_1/nothing"])
def test_an_unknown_path_behind_a_base_path_is_a_404(send: Callable[..., Answer], path: str) -> None:
    event = {**event_of("fallback"), "httpMethod": "GET", "path": path, "resource": "/" if path == "/" else "/{proxy+}"}
    assert send(behind_a_domain(event), "fallback").body["message"] == NO_ROUTE
