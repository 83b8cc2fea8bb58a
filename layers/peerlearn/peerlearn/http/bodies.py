"""Request bodies, read strictly: what one parser accepts and another does not is refused."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from peerlearn.domain.errors import MalformedRequest, ValidationFailed

# More than any object of the API has: each unknown one would be a problem to name.
MEMBERS_MAX = 100
PROBLEMS_MAX = 100
_FIELD_MAX_LENGTH = 200
_MESSAGE_MAX_LENGTH = 500


def strict_json(text: str) -> dict[str, Any]:
    """One JSON object.

    Raises
    ------
    MalformedRequest
        Not JSON, not an object, a duplicate key, more than 100 members in one object, NaN or Infinity, nested too
        deeply, or not valid Unicode.
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


def validation_error(problems: Sequence[Mapping[str, Any]], *, inside: bool) -> ValidationFailed:
    """Return what is told of a validator's problems: the first hundred, and of a long name or message its beginning.

    Parameters
    ----------
    problems: sequence of mappings
        As pydantic's `errors()` gives them.
    inside: bool
        Whether the first part of a place says no more than where in the request it is.
    """
    return ValidationFailed(
        *((_field_of(one["loc"], inside=inside), _message(one["msg"])) for one in problems[:PROBLEMS_MAX])
    )


def _field_of(place: Sequence[Any], *, inside: bool) -> str:
    # whether a rule over several fields or the body itself: there is nothing inside to name
    parts = place[1:] or place if inside else place
    return ".".join(str(part)[:_FIELD_MAX_LENGTH] for part in parts)[:_FIELD_MAX_LENGTH]


def _message(text: str) -> str:
    return text.removeprefix("Value error, ")[:_MESSAGE_MAX_LENGTH]


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key")
    if len(result) > MEMBERS_MAX:
        raise ValueError("too many members")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
