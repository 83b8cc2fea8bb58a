"""The errors that a function may answer: those in the `Raises` of the services that it calls.

    Raises
    ------
    CourseNotFound, Forbidden
    Conflict
        It is published or closed: learners may know it.

Errors that every call may meet (a token that does not hold, a body that is no JSON, a busy table, API Gateway's own
refusals) are no service's to say and are added by the callers of this.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, get_type_hints

from peerlearn.domain import errors
from peerlearn.domain.enrollments import DenialReason
from peerlearn.domain.errors import DomainError, EnrollmentDenied, ValidationFailed
from scripts.api_documents.field_rules import field_schemas
from scripts.api_documents.schemas import Schema, reference

# an error's class, and when it is given: empty where its name says it all
Errors = Mapping[type[DomainError], str]

CLASSES: dict[str, type[DomainError]] = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, DomainError) and value is not DomainError
}

# the name that API Gateway gives to a function's WWW-Authenticate; its own refusals have the other
CHALLENGE = "x-amzn-Remapped-WWW-Authenticate"

_RAISES = re.compile(r"^Raises\n-+\n(.*?)(?:\n\n\S[^\n]*\n-+\n|\Z)", re.MULTILINE | re.DOTALL)
_EXAMPLE_DETAILS: dict[type[DomainError], dict[str, Any]] = {
    ValidationFailed: {
        "fields": [
            {"field": "title", "rule": "too_short", "message": "String should have at least 1 character", "limit": 1}
        ]
    },
    EnrollmentDenied: {"reason": DenialReason.COURSE_FULL.value, "waitlistLength": 3},
}


def raised_by(function: Callable[..., Any]) -> dict[type[DomainError], str]:
    """Return the errors that a function's services raise, by the docstrings of the methods that it calls."""
    found: dict[type[DomainError], str] = {}
    for method in _methods_called(function):
        for error, when in _raises(method):
            found.setdefault(error, when)
    return found


_DETAILS: dict[str, Schema] = {
    **field_schemas(),
    "ValidationFailedDetails": {
        "type": "object",
        "description": "Every field that is wrong, at once.",
        "properties": {"fields": {"type": "array", "items": reference("FieldProblem")}},
        "required": ["fields"],
    },
    "DenialReason": {"type": "string", "enum": [reason.value for reason in DenialReason]},
    "EnrollmentDeniedDetails": {
        "type": "object",
        "description": "Why there is no seat.",
        "properties": {
            "reason": reference("DenialReason"),
            "waitlistLength": {"type": "integer", "description": "With COURSE_FULL."},
            "position": {"type": "integer", "description": "With ALREADY_WAITLISTED, counted from 1."},
        },
        "required": ["reason"],
    },
    "ErrorDetails": {"type": "object", "additionalProperties": True},
}


def error_schemas() -> dict[str, Schema]:
    """Return one schema per code, and those of the details that some have."""
    return _DETAILS | {name: _error_schema(name, error) for name, error in CLASSES.items()}


def _error_schema(name: str, error: type[DomainError]) -> Schema:
    details = f"{name}Details"
    return {
        "type": "object",
        "description": error.default_message,
        "properties": {
            "status": {"type": "string", "const": "error"},
            "code": {"type": "string", "const": error.code},
            "message": {"type": "string", "description": "For people."},
            "timestamp": {
                "type": "string",
                "description": "RFC 3339 in UTC; where API Gateway refuses by itself, as in its access logs.",
            },
            "details": reference(details if details in _DETAILS else "ErrorDetails"),
            "requestId": {"type": "string", "description": "To be named when asking for help."},
        },
        "required": ["status", "code", "message", "timestamp", "details", "requestId"],
    }


def error_examples() -> dict[str, Schema]:
    """One example per code."""
    return {
        error.code: {
            "summary": error.default_message,
            "value": {
                "status": "error",
                "code": error.code,
                "message": error.default_message,
                "timestamp": "2026-01-01T10:00:00Z",
                "details": _EXAMPLE_DETAILS.get(error, {}),
                "requestId": "5c1f6a6e-1f0b-4a43-9a68-5d0a3a3a0c1e",
            },
        }
        for error in CLASSES.values()
    }


def error_responses(possible: Errors) -> dict[str, Schema]:
    """An operation's error responses, one per status, each with the codes that it can have."""
    by_status: dict[int, dict[type[DomainError], str]] = {}
    for error, when in possible.items():
        by_status.setdefault(error.status, {})[error] = when
    return {str(status): _response(status, by_status[status]) for status in sorted(by_status)}


def _response(status: int, possible: Errors) -> Schema:
    schemas = [reference(error.__name__) for error in possible]
    response: Schema = {
        "description": "\n".join(
            f"- `{error.code}`: {when or error.default_message}" for error, when in possible.items()
        ),
        "content": {
            "application/json": {
                "schema": schemas[0] if len(schemas) == 1 else _one_of(possible),
                "examples": {error.code: {"$ref": f"#/components/examples/{error.code}"} for error in possible},
            }
        },
    }
    if headers := _headers(status):
        response["headers"] = headers
    return response


def _one_of(possible: Errors) -> Schema:
    return {
        "oneOf": [reference(error.__name__) for error in possible],
        "discriminator": {
            "propertyName": "code",
            "mapping": {error.code: reference(error.__name__)["$ref"] for error in possible},
        },
    }


def _headers(status: int) -> Schema:
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    if status == HTTPStatus.UNAUTHORIZED:
        return {CHALLENGE: {"$ref": f"#/components/headers/{CHALLENGE}"}}
    return {}


def _methods_called(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """`service.method(...)` of a parameter, and `provider().method(...)` of a function that makes the service."""
    hints = get_type_hints(function)
    module = inspect.getmodule(function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        service: Any = None
        if isinstance(owner, ast.Name):
            service = hints.get(owner.id)
        elif isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name):
            provider = getattr(module, owner.func.id, None)
            service = get_type_hints(getattr(provider, "__wrapped__", provider)).get("return") if provider else None
        method = getattr(service, node.func.attr, None)
        if inspect.isfunction(method):
            yield method


def _raises(method: Callable[..., Any]) -> Iterator[tuple[type[DomainError], str]]:
    section = _RAISES.search(inspect.getdoc(method) or "")
    if section is None:
        return
    names: list[str] = []
    when: list[str] = []
    for line in [*section[1].splitlines(), ""]:
        if line.startswith(" "):
            when.append(line.strip())
            continue
        for name in names:
            # A text below several names would belong to one of them only by guessing.
            yield CLASSES[name], " ".join(when) if len(names) == 1 else ""
        names, when = [name.strip() for name in line.split(",") if name.strip()], []
