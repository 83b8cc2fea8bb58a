"""Events that no source of a function sends: warmers, the console's test button, half a message."""

from __future__ import annotations

import importlib
import logging
from contextlib import suppress
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from scripts.project.template import load_template
from tests.support.api import Context, event_of

HANDLERS = sorted(
    resource["Properties"]["Handler"]
    for resource in load_template()["Resources"].values()
    if resource["Type"] == "AWS::Serverless::Function" and "CodeUri" in resource["Properties"]
)
FOREIGN: dict[str, Any] = {
    "nothing": None,
    "empty": {},
    "list": [],
    "text": "warm up",
    "number": 1,
    "warmer": {"source": "serverless-plugin-warmup"},
    "keep-alive": {"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}},
    "method alone": {"httpMethod": None, "path": "/"},
    "records of another kind": {"Records": None},
    "context of another kind": {"requestContext": None},
    "connection without its authorizer": {"requestContext": {"connectionId": "c", "eventType": "DISCONNECT"}},
}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)


def invoke(handler: str, event: Any) -> Any:
    module, _, attribute = handler.rpartition(".")
    return getattr(importlib.import_module(module), attribute)(event, cast("LambdaContext", Context()))


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.split(".")[-2])
def test_an_event_of_no_source_ends_quietly(handler: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for name, event in FOREIGN.items():
        caplog.clear()
        assert (name, invoke(handler, event)) in ((name, {}), (name, {"batchItemFailures": []}))
        assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("INFO", "nothing to do")]


def test_every_event_file_is_of_some_source(caplog: pytest.LogCaptureFixture) -> None:
    """Without settings none of them gets far, and none is passed over."""
    caplog.set_level(logging.INFO)
    for handler in HANDLERS:
        caplog.clear()
        # whatever it needs is not here
        with suppress(Exception):
            invoke(handler, event_of(handler.split(".")[-2]))
        assert "nothing to do" not in [record.getMessage() for record in caplog.records], handler
