"""Calls handlers as API Gateway does: by the template's Handler, with the event file of that name."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from scripts.project.template import load_template
from tests.support.gateway import through_gateway

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as a client gets it; header names in lower case."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]
    text: str = ""

    @property
    def code(self) -> str:
        return str(self.body.get("code"))


@cache
def seconds_of(handler: str) -> int:
    """The Timeout of the template's function with that Handler; of any other, what is usual."""
    template = load_template()
    usual: int = template["Globals"]["Function"]["Timeout"]
    functions = [
        one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::Serverless::Function"
    ]
    return next((one.get("Timeout", usual) for one in functions if one["Handler"] == handler), usual)


class Context:
    """As much of a Lambda context as the library and the handlers look at."""

    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id = "request"

    def __init__(self, handler: str = "") -> None:
        self._seconds = seconds_of(handler)

    def get_remaining_time_in_millis(self) -> int:
        """Those of a function that has just begun."""
        return self._seconds * 1000


def event_of(name: str) -> dict[str, Any]:
    """`events/<name>.json`."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


_SAME = object()


def http_event(
    name: str,
    *,
    body: object = _SAME,
    token: str | None = None,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The event file, with another body, caller, path parameter, query or header. A text body is sent as it is."""
    event = event_of(name)
    sent = {key: value for key, value in event["headers"].items() if key != "Authorization"} | dict(headers or {})
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    event["headers"] = sent
    event["multiValueHeaders"] = {key: [value] for key, value in sent.items()}
    if path is not None:
        event["pathParameters"] = dict(path)
        event["path"] = event["resource"].format(**path)
    if query is not None:
        event["queryStringParameters"] = dict(query) or None
        event["multiValueQueryStringParameters"] = {key: [value] for key, value in query.items()} or None
    if body is not _SAME:
        event["body"] = body if body is None or isinstance(body, str) else json.dumps(body)
    return event


def answer_of(response: Any, event: Mapping[str, Any]) -> Answer:
    """Return the answer that Lambda and API Gateway make of a handler's response to an event."""
    status, given, text = through_gateway(response, str((event.get("requestContext") or {}).get("requestId", "")))
    headers = {name.lower(): ", ".join(values) for name, values in given.items()}
    is_json = bool(text) and headers["content-type"].startswith("application/json")
    return Answer(status, json.loads(text) if is_json else {}, headers, text)


def invoke(handler: str, event: dict[str, Any]) -> Answer:
    """One call of `package.module.lambda_handler`."""
    module, _, attribute = handler.rpartition(".")
    function = getattr(importlib.import_module(module), attribute)
    return answer_of(function(event, cast("LambdaContext", Context(handler))), event)
