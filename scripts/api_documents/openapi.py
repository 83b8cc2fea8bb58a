"""`docs/openapi.json`: every route of the template as its handler describes it."""

from __future__ import annotations

import json
import tomllib

from peerlearn.domain.idempotency import REPLAYED
from scripts.api_documents.errors import CHALLENGE, error_examples, error_schemas
from scripts.api_documents.limits import (
    LIMIT_HEADERS,
)
from scripts.api_documents.operations import operation_of
from scripts.api_documents.routes import endpoints
from scripts.api_documents.schemas import (
    Components,
    Schema,
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

A 422 `VALIDATION_FAILED` names in `details.fields` every field that is wrong and, by a stable name, each `rule` that it
breaks, with its `limit` where there is one: `{"field": "title", "rule": "too_long", "limit": 200, "message": "..."}`. A
client may so word it itself; `FieldRule` lists the rules.

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
audit trail and the news by `cursor` alone. A page that would be larger than an answer may be (6 MB) ends early: the
rest is behind its `next`.
"""

_TAGS = {
    "auth": "Registering, signing in and out. Access tokens last an hour, refresh tokens a week.",
    "courses": "The catalogue, which needs no token, and what tutors do with their courses.",
    "enrollments": "Taking a seat, giving it up, waiting for one.",
    "progress": "Modules completed, and how the members of a course rank.",
    "assessments": "Tasks, uploads, submissions and grades.",
    "peers": "People of one's own courses.",
    "messages": "Writing to peers and tutors. Messages that arrive meanwhile are pushed over the WebSocket.",
    "profile": "One's own page, points and news.",
    "privacy": "All of one's data, and the end of one's account.",
    "calendar": "Booked sessions in one's own calendar program.",
    "sessions": "Where one is signed in, and ending that.",
    "users": "Accounts, for administrators.",
    "realtime": "Tickets for the WebSocket, which `docs/asyncapi.json` describes.",
    "documents": "This document.",
}

_SERVER = {
    "url": "https://{apiId}.execute-api.{region}.amazonaws.com/api",
    "description": "A deployed stack; its outputs name the URL. The document that a stack serves names that stack.",
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
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation_of(endpoint, components)
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


def _used_examples(paths: dict[str, Schema]) -> dict[str, Schema]:
    text = json.dumps(paths)
    return {code: example for code, example in error_examples().items() if f'#/components/examples/{code}"' in text}
