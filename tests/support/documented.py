"""Holds answers against the OpenAPI document: an undocumented status, code or header fails the test that saw it."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from typing import Any

import jsonschema_rs

from tests.support.api import ROOT, Answer

OPENAPI = ROOT / "docs" / "openapi.json"
JSON = "application/json"


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    loaded: dict[str, Any] = json.loads(OPENAPI.read_text(encoding="utf-8"))
    return loaded


def require_documented(event: dict[str, Any], answer: Answer) -> None:
    """Whether an answer is one that the document names for the operation of an API Gateway event."""
    path, method = event["resource"], event["httpMethod"].lower()
    if method not in document()["paths"].get(path, {}):
        return
    place = f"{method.upper()} {path} answered {answer.status} {answer.body.get('code', '')}"
    responses = document()["paths"][path][method]["responses"]
    assert str(answer.status) in responses, f"{place}, which the document does not name"
    described = responses[str(answer.status)]
    for name, header in described.get("headers", {}).items():
        told = document()["components"]["headers"][name] if "$ref" in header else header
        assert name.lower() in answer.headers or not told.get("required"), f"{place} without {name}"
    if "content" not in described:
        assert answer.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
        assert not answer.text, f"{place} with a body"
        return
    media = answer.headers["content-type"].partition(";")[0]
    assert media in {name.partition(";")[0] for name in described["content"]}, f"{place} as {media}"
    if media == JSON:
        wrong = [
            f"{error.instance_path}: {error.message}"
            for error in _validator(path, method, answer.status).iter_errors(answer.body)
        ]
        assert not wrong, f"{place}, unlike its schema: {wrong}"
    unnamed = [one for one in answer.body.get("details", {}).get("fields", []) if one["rule"] == "other"]
    assert not unnamed, f"{place} with a problem whose rule has no name: {unnamed}"


@cache
def _validator(path: str, method: str, status: int) -> Any:
    schema = document()["paths"][path][method]["responses"][str(status)]["content"][JSON]["schema"]
    return validator(schema, document())


def validator(schema: dict[str, Any], within: dict[str, Any]) -> Any:
    """A validator of a schema that refers to the components of a document."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": within["components"]}, validate_formats=True)
