"""Request bodies, read strictly: what one parser accepts and another does not is refused."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, NoReturn

from peerlearn.domain.errors import MalformedRequest


def strict_json(text: str) -> dict[str, Any]:
    """One JSON object.

    Raises
    ------
    MalformedRequest
        Not JSON, not an object, a duplicate key, NaN or Infinity, nested too deeply, or not valid Unicode.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
        # A lone surrogate passes the parser and fails only when stored.
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise MalformedRequest from error
    if not isinstance(value, dict):
        raise MalformedRequest
    return value


def decoded_body(event: dict[str, Any]) -> str | None:
    """The body as text; a body that is not valid base64 or UTF-8 comes back as text that is not JSON."""
    body: str | None = event.get("body")
    if not body or not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body, validate=True).decode()
    except (binascii.Error, ValueError):
        return "not base64 of UTF-8"


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
