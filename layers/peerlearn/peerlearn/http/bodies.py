"""Request bodies, read strictly: a body that one parser accepts and another does not is refused."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NoReturn

from peerlearn.domain.errors import MalformedRequest, ValidationFailed
from peerlearn.domain.problems import Problem, Rule, ValueRefused

# More than any object of the API has: each unknown one would be a problem to name.
MEMBERS_MAX = 100
PROBLEMS_MAX = 100
_FIELD_MAX_LENGTH = 200
_MESSAGE_MAX_LENGTH = 500

# Of each error that pydantic has of its own for what the API takes: the rule, and what its context calls the bound.
# Source: https://docs.pydantic.dev/latest/errors/validation_errors/
_RULES: Mapping[str, tuple[Rule, str | None]] = {
    "missing": (Rule.REQUIRED, None),
    "extra_forbidden": (Rule.UNKNOWN_FIELD, None),
    "string_type": (Rule.NOT_TEXT, None),
    "string_unicode": (Rule.NOT_TEXT, None),
    "int_type": (Rule.NOT_WHOLE_NUMBER, None),
    "int_from_float": (Rule.NOT_WHOLE_NUMBER, None),
    "int_parsing": (Rule.NOT_WHOLE_NUMBER, None),
    "int_parsing_size": (Rule.NOT_WHOLE_NUMBER, None),
    "bool_type": (Rule.NOT_BOOLEAN, None),
    "list_type": (Rule.NOT_LIST, None),
    "model_type": (Rule.NOT_OBJECT, None),
    "model_attributes_type": (Rule.NOT_OBJECT, None),
    "dict_type": (Rule.NOT_OBJECT, None),
    "enum": (Rule.NOT_ONE_OF, None),
    "literal_error": (Rule.NOT_ONE_OF, None),
    "string_pattern_mismatch": (Rule.MALFORMED, None),
    "datetime_from_date_parsing": (Rule.NOT_TIME, None),
    "datetime_object_invalid": (Rule.NOT_TIME, None),
    "datetime_parsing": (Rule.NOT_TIME, None),
    "timezone_aware": (Rule.NOT_TIME, None),
    "string_too_short": (Rule.TOO_SHORT, "min_length"),
    "string_too_long": (Rule.TOO_LONG, "max_length"),
    "too_long": (Rule.TOO_MANY, "max_length"),
    "greater_than_equal": (Rule.TOO_SMALL, "ge"),
    "less_than_equal": (Rule.TOO_LARGE, "le"),
}


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
    told = (
        (_field_of(one["loc"], inside=inside), problem) for one in problems[:PROBLEMS_MAX] for problem in _problems(one)
    )
    return ValidationFailed(*islice(told, PROBLEMS_MAX))


def _field_of(place: Sequence[Any], *, inside: bool) -> str:
    # whether a rule over several fields or the body itself: there is nothing inside to name
    parts = place[1:] or place if inside else place
    return ".".join(str(part)[:_FIELD_MAX_LENGTH] for part in parts)[:_FIELD_MAX_LENGTH]


def _problems(error: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what a validator's error says: a refusal of ours names its rules, of its own the type tells."""
    context = error.get("ctx") or {}
    refusal = context.get("error")
    if isinstance(refusal, ValueRefused):
        for problem in refusal.problems:
            yield problem._replace(message=problem.message[:_MESSAGE_MAX_LENGTH])
        return
    rule, bound = _RULES.get(error["type"], (Rule.OTHER, None))
    yield Problem(rule, str(error["msg"])[:_MESSAGE_MAX_LENGTH], context.get(bound))


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key")
    if len(result) > MEMBERS_MAX:
        raise ValueError("too many members")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
