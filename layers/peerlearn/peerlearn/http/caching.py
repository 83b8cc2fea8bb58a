"""Caching of answers: an `ETag`, a `Cache-Control`, and 304 for those who have the answer already.

A shared cache, such as a content delivery network, may keep what everybody is answered alike, for seconds. Nobody keeps
an answer for one reader but that reader.

Sources: RFC 9110 (8.8.3 ETag, 13.1.2 If-None-Match, 15.4.5 304), RFC 9111 (5.2 Cache-Control).
"""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from peerlearn.http.envelopes import compact_json

# A copy may be kept, and is asked about before each use.
PUBLIC = "public, max-age=0, must-revalidate"
PRIVATE = "private, max-age=0, must-revalidate"
# Seats are shown 10 seconds late at most: an eventually consistent read is a moment behind already.
SEATS_SECONDS = 9

_CACHE_CONTROL = "cache_control"


def share_for(app: ApiGatewayResolver, seconds: int) -> None:
    """Say that this answer is everybody's: a shared cache may give it to others for so many seconds."""
    app.context[_CACHE_CONTROL] = f"public, max-age=0, s-maxage={seconds}, must-revalidate"


def keep_private(app: ApiGatewayResolver) -> None:
    """Say that this answer is the caller's alone: no shared cache may store it."""
    app.context[_CACHE_CONTROL] = PRIVATE


def revalidated(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Route middleware: tags a 200 by its content, and answers 304 to a matching `If-None-Match`."""
    response = next_middleware(app)
    if response.status_code != HTTPStatus.OK:
        return response
    if not isinstance(response.body, str):
        response.body = compact_json(response.body)
    tag = f'"{hashlib.sha256(response.body.encode()).hexdigest()[:32]}"'
    response.headers |= {
        "ETag": tag,
        "Cache-Control": app.context.get(_CACHE_CONTROL, PUBLIC),
        # With a token the same address may show a draft.
        "Vary": "Authorization",
    }
    if _matches(app.current_event.headers.get("if-none-match"), tag):
        response.status_code = HTTPStatus.NOT_MODIFIED
        response.body = ""
    return response


def _matches(header: str | None, tag: str) -> bool:
    """Weak comparison: proxies that compress mark the tags they pass on as weak."""
    if header is None:
        return False
    known = [entry.strip().removeprefix("W/") for entry in header.split(",")]
    return tag in known or "*" in known
