"""No header is promised that API Gateway takes away, and the stand-in for it does what its documentation says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.project.template import load_template
from tests.support.documented import document
from tests.support.gateway import (
    DROPPED,
    HEADERS_MAX_BYTES,
    REMAPPED,
    RENAMED,
    REQUEST_ID,
    RESPONSE_MAX_BYTES,
    as_lambda_writes,
    base_path,
    behind_a_domain,
    through_gateway,
)

OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
]
OK: dict[str, Any] = {"statusCode": 200, "multiValueHeaders": {}, "body": "{}", "isBase64Encoded": False}


@pytest.mark.parametrize("operation", [one for _, one in OPERATIONS], ids=[name for name, _ in OPERATIONS])
def test_no_header_is_documented_that_a_client_never_gets(operation: dict[str, Any]) -> None:
    for response in operation["responses"].values():
        assert not {name.lower() for name in response.get("headers", {})} & (RENAMED | DROPPED)


def test_no_header_is_exposed_to_browsers_that_they_never_get() -> None:
    said = load_template()["Resources"]["Api"]["Properties"]["GatewayResponses"]
    exposed = [one["ResponseParameters"]["Headers"].get("Access-Control-Expose-Headers", "") for one in said.values()]
    for names in exposed:
        assert not {name.strip(" '").lower() for name in names.split(",")} & (RENAMED | DROPPED)


def test_headers_are_renamed_dropped_and_kept() -> None:
    given = {"WWW-Authenticate": ["Bearer"], "Date": ["now"], "Transfer-Encoding": ["chunked"], "ETag": ['"1"']}
    status, headers, text = through_gateway(
        OK | {"multiValueHeaders": given, "headers": {"connection": "close"}}, "r-1"
    )
    assert (status, text) == (200, "{}")
    assert headers == {
        f"{REMAPPED}WWW-Authenticate": ["Bearer"],
        f"{REMAPPED}Date": ["now"],
        f"{REMAPPED}connection": ["close"],
        "ETag": ['"1"'],
        "Content-Type": ["application/json"],
        REQUEST_ID: ["r-1"],
    }


def test_the_requests_id_is_the_gateways_own_whatever_a_function_says() -> None:
    _, headers, _ = through_gateway(OK | {"multiValueHeaders": {"X-Amzn-RequestId": ["mine"]}}, "r-1")
    assert (headers[REQUEST_ID], headers[f"{REMAPPED}X-Amzn-RequestId"]) == (["r-1"], ["mine"])
    _, headers, text = through_gateway(None, "r-2")
    assert (headers[REQUEST_ID], json.loads(text)["requestId"]) == (["r-2"], "r-2")


@pytest.mark.parametrize("letter", ["a", "é", "\N{GRINNING FACE}", "\x01", '"'])
def test_an_answer_is_as_large_as_lambda_lets_it_be(letter: str) -> None:
    def response(count: int) -> dict[str, Any]:
        return OK | {"body": letter * count}

    each = len(as_lambda_writes(response(1))) - len(as_lambda_writes(response(0)))
    most = (RESPONSE_MAX_BYTES - len(as_lambda_writes(response(0)))) // each
    assert through_gateway(response(most), "r-1")[0] == 200
    assert through_gateway(response(most + 1), "r-1")[0] == 502


@pytest.mark.parametrize(
    "response",
    [
        None,
        [],
        "text",
        {},
        OK | {"statusCode": "200"},
        OK | {"statusCode": True},
        OK | {"body": {}},
        OK | {"headers": {"Retry-After": 1}},
        OK | {"multiValueHeaders": {"Retry-After": "1"}},
        OK | {"multiValueHeaders": {"Retry-After": [1]}},
        OK | {"more": 1},
        OK | {"headers": {"X": "x" * HEADERS_MAX_BYTES}},
    ],
)
def test_malformed_answer_is_a_502_in_the_envelope(response: Any) -> None:
    status, headers, text = through_gateway(response, "r-1")
    assert (status, json.loads(text)["code"]) == (502, "INTERNAL_ERROR")
    assert headers["Content-Type"] == ["application/json"]


def test_a_domain_prefixes_paths_and_no_resource() -> None:
    event = {"resource": "/a/{b}", "path": "/a/1", "requestContext": {"path": "/api/a/1", "requestId": "r"}}
    assert behind_a_domain(event, "learn") == {
        "resource": "/a/{b}",
        "path": "/learn/a/1",
        "requestContext": {"path": "/learn/a/1", "requestId": "r"},
    }
    assert behind_a_domain(event)["path"] == f"/{base_path()}/a/1"
