"""`docs/openapi.json`: every route of the template as its handler describes it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from aws_lambda_powertools.event_handler.depends import Depends
from pydantic.alias_generators import to_camel, to_snake

from peerlearn.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InternalError,
    MalformedRequest,
    NotFound,
    PayloadTooLarge,
    TemporarilyUnavailable,
    TokenExpired,
    TooManyRequests,
    Unauthenticated,
    ValidationFailed,
)
from peerlearn.domain.idempotency import HEADER, KEY_MAX_LENGTH, REPLAYED
from peerlearn.domain.standing import ADMINISTRATORS, AUTHORS
from peerlearn.http.auth import current_administrator, current_author, optional_user, token_holder
from peerlearn.http.caching import revalidated
from scripts.api_documents.errors import CHALLENGE, error_examples, error_responses, error_schemas, raised_by
from scripts.api_documents.examples import example_of
from scripts.api_documents.limits import (
    EXTENSION,
    LIMIT_HEADERS,
    OperationLimit,
    as_extension,
    in_words,
    limits_of,
    with_limit_headers,
)
from scripts.api_documents.routes import Endpoint, endpoints
from scripts.api_documents.schemas import (
    Components,
    Schema,
    answered,
    reached,
    tidied,
    with_references,
    without_null,
)
from scripts.project.paths import ROOT

_DESCRIPTION = """\
The learner backend of a peer learning system: people register, find courses and bookable sessions, take a seat, work
through modules, hand in work, and learn with the peers they meet there.

Every answer is an envelope. A success is `{"status": "success", "data": ...}`, with `metadata` on lists; an error is
`{"status": "error", "code", "message", "timestamp", "details", "requestId"}`, of which `code` is stable and the one to
decide by; `requestId` is in the header `x-amzn-RequestId` of every answer. Each operation lists the codes that it can
answer. An address that is none of these answers 404 `NOT_FOUND`; behind a web application firewall every operation may
also answer 403 `FORBIDDEN`. A 500, 502 or 504 `INTERNAL_ERROR` may be API Gateway's own: Lambda took no more requests,
or ended one. Then the same request a moment later is right.

Limits hold for each account, or for each network address where nobody is signed in. Each answer of a limited operation
has the headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers): `"messages";q=60;w=60` allows
60 in 60 seconds, and `"messages";r=12;t=31` leaves 12 for the next 31 seconds. Past it: 429 with `Retry-After`, and
nothing is done. The figures are the defaults; an operator may set others.

Every POST takes an `Idempotency-Key`, a text of its client's own, such as a UUID: where no answer came, send the same
request with the same key again. It is done once. A repeat within 24 hours gets the first answer, with the header
`Idempotency-Replayed: true`; while that is being made it gets, after some seconds, a 409 `CONFLICT` with `Retry-After`.
The same key with another body is a 409 `CONFLICT`. Successes are kept, and 403, 404 and 409; after any other answer the
same request is done.

Lists are walked by `page` and `limit`, or by `cursor` with `metadata.next`, which costs the same on every page; the
audit trail by `cursor` alone. A page that would be larger than an answer may be (6 MB) ends early: what follows is
behind its `next`.
"""

_TAGS = {
    "auth": "Registering, signing in and out. Access tokens last an hour, refresh tokens a week.",
    "courses": "The catalogue, which needs no token, and what tutors do with their courses.",
    "enrollments": "Taking a seat, giving it up, waiting for one.",
    "progress": "Modules completed, and how the members of a course stand.",
    "assessments": "Tasks, uploads, submissions and grades.",
    "peers": "People of one's own courses.",
    "messages": "Writing to peers and tutors. What arrives meanwhile is pushed over the WebSocket.",
    "profile": "One's own page and points.",
    "privacy": "All of one's data, and the end of one's account.",
    "calendar": "Booked sessions in one's own calendar program.",
    "sessions": "Where one is signed in, and ending that.",
    "users": "What administrators do with accounts.",
    "realtime": "Tickets for the WebSocket, which `docs/asyncapi.json` describes.",
    "documents": "This document.",
}

_SERVER = {
    "url": "https://{apiId}.execute-api.{region}.amazonaws.com/api",
    "description": "A deployed stack; its outputs name the URL. What a stack serves names itself.",
    "variables": {"apiId": {"default": "abc1234567"}, "region": {"default": "us-east-1"}},
}

_HEADERS: dict[str, Schema] = {
    "Retry-After": {"required": True, "description": "Seconds.", "schema": {"type": "integer", "minimum": 1}},
    CHALLENGE: {
        "required": True,
        "description": (
            "`WWW-Authenticate`, under the name that API Gateway gives it. The local stack, and API Gateway where it "
            "refuses by itself, say `WWW-Authenticate`."
        ),
        "schema": {"type": "string", "const": "Bearer"},
    },
    "ETag": {"required": True, "description": "Of this answer, for `If-None-Match`.", "schema": {"type": "string"}},
    "Cache-Control": {"required": True, "schema": {"type": "string"}},
    **LIMIT_HEADERS,
    REPLAYED: {
        "description": "This is what the first request with the same `Idempotency-Key` was answered with.",
        "schema": {"type": "string", "const": "true"},
    },
}


def openapi() -> Schema:
    """The document."""
    components = Components()
    components.add("errors", error_schemas())
    paths: dict[str, Schema] = {}
    contexts: list[str] = []
    for endpoint in endpoints():
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, components)
        contexts.append(endpoint.context)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Peerlearn", "version": project["version"], "description": _DESCRIPTION},
        "servers": [_SERVER],
        "tags": [{"name": name, "description": _TAGS.get(name, name)} for name in sorted(set(contexts))],
        "paths": paths,
        "components": {
            "schemas": components.reduced_to(paths),
            "headers": _HEADERS,
            "examples": _used_examples(paths),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The `token` of register, login or refresh.",
                }
            },
        },
    }


def _operation(endpoint: Endpoint, components: Components) -> Schema:
    source = endpoint.app.get_openapi_schema(title="", version="")
    described = json.loads(source.model_dump_json(by_alias=True, exclude_none=True))
    raw = described["paths"][endpoint.path][endpoint.method.lower()]
    schemas = described.get("components", {}).get("schemas", {})
    asked = reached(raw.get("requestBody", {}), schemas)
    names = components.add(
        endpoint.context, {name: one if name in asked else answered(one) for name, one in schemas.items()}
    )

    def own(schema: Schema) -> Any:
        return with_references(tidied(schema), lambda name: names.get(name, name))

    dependencies = set(_dependencies(endpoint.function))
    headline, _, rest = endpoint.module_text.partition("\n\n")
    summary = headline.partition(": ")[2].removesuffix(".")
    operation: Schema = {
        "operationId": to_camel(endpoint.name),
        "summary": summary[:1].upper() + summary[1:],
        "description": rest.strip() or f"{summary[:1].upper()}{summary[1:]}.",
        "tags": [endpoint.context],
    }
    event = endpoint.event
    parameters = [_parameter(own(one), event) for one in raw.get("parameters", [])]
    revalidates = revalidated in endpoint.route.middlewares
    if revalidates:
        parameters.append(_IF_NONE_MATCH)
    if endpoint.method == "POST":
        parameters.append(_IDEMPOTENCY_KEY)
    if parameters:
        operation["parameters"] = parameters
    if "requestBody" in raw:
        media = raw["requestBody"]["content"]["application/json"]
        content = {"schema": own(media["schema"]), "example": json.loads(event["body"])}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    limits = limits_of(endpoint.name, dependencies)
    operation["responses"] = with_limit_headers(
        {
            **_success(endpoint, raw, own, components, revalidates=revalidates),
            **error_responses(_errors(endpoint, operation, dependencies, limits)),
        },
        limits,
        signed_in=token_holder in dependencies,
    )
    if limits:
        operation["description"] += f"\n\n{in_words(limits)}"
        operation[EXTENSION] = [as_extension(limit) for limit in limits]
    if token_holder in dependencies:
        operation["security"] = [{"bearer": []}]
    elif optional_user in dependencies:
        operation["security"] = [{}, {"bearer": []}]
    else:
        operation["security"] = []
    return operation


_IDEMPOTENCY_KEY: Schema = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same body within 24 hours is answered as before, and nothing is done.",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX_LENGTH, "pattern": "^[ -~]+$"},
    "example": "3f1c2f0e-9a55-4c6e-8b57-0d8f4e6f9b10",
}
_IF_NONE_MATCH: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of the answer that one has.",
    "schema": {"type": "string"},
}


def _parameter(parameter: Schema, event: Schema) -> Schema:
    schema = without_null(parameter["schema"])
    result = {key: parameter[key] for key in ("name", "in", "required")} | {"schema": schema}
    own = schema.pop("description", None)
    result["description"] = own or _PARAMETERS.get(parameter["name"]) or _in_words(parameter["name"])
    values = event["pathParameters" if parameter["in"] == "path" else "queryStringParameters"] or {}
    if parameter["name"] in values:
        value = values[parameter["name"]]
        result["example"] = int(value) if schema.get("type") == "integer" else value
    return result


def _in_words(name: str) -> str:
    """`courseId` becomes "The course's id."."""
    words = to_snake(name).replace("_", " ")
    return f"The {words.removesuffix(' id')}'s id." if words.endswith(" id") else f"The {words}."


_PARAMETERS = {
    "subject": "Only courses of this subject, whatever its case.",
    "level": "Only courses of this level.",
    "role": "Only those of this role.",
    "status": "Only those of this status.",
    "page": "Counted from 1. A page past the end is an empty list; past entry 1,000 use `cursor`.",
    "limit": "Entries on a page.",
    "cursor": "The `metadata.next` of the page before; it goes before `page`.",
    "q": "Words of the title.",
    "tutor": "A tutor's user id.",
    "with": "The other person's user id.",
    "after": "Messages after this `seq`.",
    "before": "Messages before this `seq`.",
    "token": "What the link was made with.",
    "actor": "Only what this user did; a user id.",
    "target": "Only what was done to this: an id, or two joined by a slash, as entries show it.",
    "action": "Only entries of this action.",
    "from": "Only entries of this moment or later.",
    "to": "Only entries before this moment.",
}


def _success(
    endpoint: Endpoint, raw: Schema, own: Callable[[Schema], Any], components: Components, *, revalidates: bool
) -> dict[str, Schema]:
    route = endpoint.route
    status = str(int(route.status_code))
    described = raw["responses"][status]
    answer: Schema = {"description": _SUCCESSES.get(status, "Done.")}
    named = {str(int(code)): one for code, one in (route.responses or {}).items()}
    if status in named:
        answer = own(described)
    elif status != str(int(HTTPStatus.NO_CONTENT)):
        schema = own(described["content"]["application/json"]["schema"])
        example = example_of(schema, components.schemas)
        answer["content"] = {"application/json": {"schema": schema, "example": example}}
    if endpoint.method == "POST":
        answer["headers"] = {REPLAYED: {"$ref": f"#/components/headers/{REPLAYED}"}}
    responses = {status: answer}
    # The same answer, not complete yet.
    if (accepted := str(int(HTTPStatus.ACCEPTED))) in named:
        headers = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
        responses[accepted] = {**answer, "description": named[accepted]["description"], "headers": headers}
    if revalidates:
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "Cache-Control")}
        answer["headers"] = headers
        responses["304"] = {"description": "What one has is up to date.", "headers": headers}
    return responses


_SUCCESSES = {"200": "The answer.", "201": "Done; what came of it.", "204": "Done."}


def _errors(
    endpoint: Endpoint, operation: Schema, dependencies: set[Any], limits: Sequence[OperationLimit]
) -> dict[type[DomainError], str]:
    """Of an operation: what its caller, its form, its service and the machinery can give."""
    sent = {parameter["in"] for parameter in operation.get("parameters", [])}
    possible: dict[type[DomainError], str] = _errors_of_caller(dependencies)
    if "path" in sent:
        possible[NotFound] = "There is nothing at this address."
    if "requestBody" in operation:
        sent.add("body")
        possible[MalformedRequest] = "The body is not one JSON object."
        possible[PayloadTooLarge] = "The body has more than 10 MB."
    for error, when in raised_by(endpoint.function).items():
        if error in possible and when:
            possible[error] += f" {when}"
        else:
            possible.setdefault(error, when)
    if sent & {"path", "query", "body", "header"}:
        possible.setdefault(ValidationFailed, "")
    if endpoint.method == "POST":
        possible[Conflict] = f"{possible.get(Conflict, '')} {_KEY_IN_USE}".strip()
    for error, when in (
        (TooManyRequests, _TOO_MANY_OF_ONE if limits else _TOO_MANY),
        (InternalError, ""),
        (TemporarilyUnavailable, ""),
    ):
        possible.setdefault(error, when)
    return possible


_KEY_IN_USE = f"The `{HEADER}` was used with another body, or its first request is still being answered."
_TOO_MANY = "More requests than the API takes at once."
_TOO_MANY_OF_ONE = (
    f"A limit of this operation is used up: `details.limit` names it. Or: {_TOO_MANY[0].lower()}{_TOO_MANY[1:]}"
)


def _errors_of_caller(dependencies: set[Any]) -> dict[type[DomainError], str]:
    possible: dict[type[DomainError], str] = {}
    if dependencies & {token_holder, optional_user}:
        possible[Unauthenticated] = "No token, or one that does not hold, or whose session has ended."
        possible[TokenExpired] = "The access token is past its hour."
    roles = {getattr(one, "roles", None) for one in dependencies}
    if current_author in dependencies or AUTHORS in roles:
        possible[Forbidden] = "Only tutors and administrators may do this, tutors on their own courses."
    if current_administrator in dependencies or ADMINISTRATORS in roles:
        possible[Forbidden] = "Only administrators may do this."
    return possible


def _dependencies(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """What a function takes through `Depends`, and what that takes."""
    for hint in get_type_hints(function, include_extras=True).values():
        if get_origin(hint) is Annotated:
            for mark in get_args(hint)[1:]:
                if isinstance(mark, Depends):
                    yield mark.dependency
                    yield from _dependencies(mark.dependency)


def _used_examples(paths: dict[str, Schema]) -> dict[str, Schema]:
    text = json.dumps(paths)
    return {code: example for code, example in error_examples().items() if f'#/components/examples/{code}"' in text}
