"""The outcome of an event in a word or two."""

from __future__ import annotations

import importlib
import json
from http import HTTPStatus
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from tests.support.api import Context


def outcome_of(handler: str, event: dict[str, Any]) -> str:
    """Return the outcome of an event in a word or two."""
    module, _, attribute = handler.rpartition(".")
    try:
        answer = getattr(importlib.import_module(module), attribute)(event, cast("LambdaContext", Context(handler)))
    except Exception as error:  # noqa: BLE001 (what API Gateway makes a 500 of the handshake)
        return f"raised {type(error).__name__}"
    if "Records" in event:
        return "again" if answer["batchItemFailures"] else "done"
    if event.get("source") == "aws.scheduler":
        return "ticked"
    if "policyDocument" in answer:
        return str(answer["policyDocument"]["Statement"][0]["Effect"])
    if "httpMethod" in event:
        return _of_http(answer)
    body = json.loads(answer.get("body") or "{}")
    return f"{body['type']} {body.get('code', '')}".strip() if body else str(answer["statusCode"])


def _of_http(answer: dict[str, Any]) -> str:
    if answer["statusCode"] < HTTPStatus.BAD_REQUEST:
        return str(answer["statusCode"])
    headers = {name.lower(): values for name, values in answer["multiValueHeaders"].items()}
    again = "".join(f", again in {seconds} s" for seconds in headers.get("retry-after", ()))
    return f"{answer['statusCode']} {json.loads(answer['body'])['code']}{again}"
