"""The way from a handler's answer to a client: Lambda's limits, then a REST API's proxy integration.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (6 MB),
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html (headers),
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html (10,240 bytes of headers),
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html (form of an answer),
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html (the request's id in every answer)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from scripts.project.template import load_template

RESPONSE_MAX_BYTES = 6_291_556
HEADERS_MAX_BYTES = 10_240
REMAPPED = "x-amzn-Remapped-"
# Headers that come back under another name, since API Gateway writes these itself or keeps them for a connection.
RENAMED = frozenset(
    {
        *("authorization", "connection", "content-encoding", "content-length", "content-md5", "date", "expect", "host"),
        *("max-forwards", "pragma", "proxy-authenticate", "range", "referer", "server", "te", "trailer", "upgrade"),
        *("user-agent", "via", "warn", "www-authenticate"),
    }
)
DROPPED = frozenset({"transfer-encoding"})
# API Gateway's own in every answer: a function's comes back under another name.
REQUEST_ID = "x-amzn-RequestId"
_FIELDS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "cookies"}

Headers = dict[str, list[str]]


class Malformed(Exception):
    """API Gateway answers 502 in place of it."""


def through_gateway(response: Any, request_id: str) -> tuple[int, Headers, str]:
    """Status, headers by the names that a client sees, and text.

    An answer that Lambda or API Gateway does not pass on becomes what the template says of a 5xx.

    Parameters
    ----------
    request_id: str
        As the function was told it, in `requestContext`.
    """
    try:
        status, headers, text = _passed_on(response)
    except Malformed as error:
        status, headers, text = _in_place_of_it(error, request_id)
    return status, {**headers, REQUEST_ID: [request_id]}, text


def as_lambda_writes(response: Any) -> bytes:
    """The answer as the runtime sends it to Lambda: up to Python 3.11 whatever is not ASCII is escaped."""
    return json.dumps(response).encode()


def base_path() -> str:
    """Return the path that the template's domain puts before every other."""
    return str(load_template()["Resources"]["DomainMapping"]["Properties"]["BasePath"])


def behind_a_domain(event: Mapping[str, Any], base: str | None = None) -> dict[str, Any]:
    """The event as it comes through a domain of one's own: `resource` stays as it is."""
    path = f"/{base or base_path()}{event['path'].rstrip('/')}"
    return {**event, "path": path, "requestContext": {**event["requestContext"], "path": path}}


def _passed_on(response: Any) -> tuple[int, Headers, str]:
    written = as_lambda_writes(response)
    if len(written) > RESPONSE_MAX_BYTES:
        raise Malformed(f"{len(written)} bytes: Function.ResponseSizeTooLarge")
    answer = json.loads(written)
    _require_form(answer)
    headers: Headers = {}
    single = {name: [value] for name, value in (answer.get("headers") or {}).items()}
    for name, values in {**single, **(answer.get("multiValueHeaders") or {})}.items():
        if name.lower() not in DROPPED:
            is_renamed = name.lower() in RENAMED or name.lower() == REQUEST_ID.lower()
            headers[f"{REMAPPED}{name}" if is_renamed else name] = values
    size = sum(len(f"{name}: {value}\r\n".encode()) for name, values in headers.items() for value in values)
    if size > HEADERS_MAX_BYTES:
        raise Malformed(f"{size} bytes of headers")
    # added where the function says nothing
    if "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = ["application/json"]
    # with no binary media types, even a text that is said to be base64 is passed on as it is
    return answer["statusCode"], headers, answer.get("body") or ""


def _require_form(answer: Any) -> None:
    if not isinstance(answer, dict) or not answer.keys() <= _FIELDS:
        raise Malformed(f"not of the form of an answer: {answer!r:.200}")
    if type(answer.get("statusCode")) is not int:
        raise Malformed("statusCode is no number")
    if not isinstance(answer.get("body", ""), str | None):
        raise Malformed("body is no text")
    for values in (answer.get("multiValueHeaders") or {}).values():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Malformed("a header is no text")
    if not all(isinstance(value, str) for value in (answer.get("headers") or {}).values()):
        raise Malformed("a header is no text")


def _in_place_of_it(error: Malformed, request_id: str) -> tuple[int, Headers, str]:
    said = load_template()["Resources"]["Api"]["Properties"]["GatewayResponses"]["DEFAULT_5XX"]
    given = said["ResponseParameters"]["Headers"]
    headers = {name: [value.strip("'")] for name, value in given.items()} | {"Content-Type": ["application/json"]}
    # why it was is what a test wants to see, and a client never does
    headers["x-refused-by-gateway"] = [str(error)]
    text = said["ResponseTemplates"]["application/json"].replace("$context.requestId", request_id)
    return HTTPStatus.BAD_GATEWAY, headers, text
