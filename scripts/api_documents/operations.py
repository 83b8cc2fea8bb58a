"""An operation of the OpenAPI document: one route with its parameters, body, answers and limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from pydantic.alias_generators import to_camel, to_snake

from peerlearn.domain.idempotency import HEADER, KEY_MAX_LENGTH, REPLAYED
from peerlearn.http.auth import optional_user, token_holder
from peerlearn.http.caching import revalidated
from scripts.api_documents.errors import error_responses
from scripts.api_documents.examples import example_of
from scripts.api_documents.limits import (
    EXTENSION,
    as_extension,
    in_words,
    limits_of,
    with_limit_headers,
)
from scripts.api_documents.possible_errors import dependencies_of, possible_errors
from scripts.api_documents.routes import Endpoint
from scripts.api_documents.schemas import (
    Components,
    Schema,
    answered,
    reached,
    tidied,
    with_references,
    without_null,
)

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


def operation_of(endpoint: Endpoint, components: Components) -> Schema:
    """Return an endpoint's operation object; the schemas that it refers to go into the components."""
    raw, own = _described(endpoint, components)
    dependencies = set(dependencies_of(endpoint.function))
    limits = limits_of(endpoint.name, dependencies)
    revalidates = revalidated in endpoint.route.middlewares
    operation = _named(endpoint)
    if parameters := _parameters(endpoint, raw, own, revalidates=revalidates):
        operation["parameters"] = parameters
    if "requestBody" in raw:
        media = raw["requestBody"]["content"]["application/json"]
        content = {"schema": own(media["schema"]), "example": json.loads(endpoint.event["body"])}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    operation["responses"] = with_limit_headers(
        {
            **_success(endpoint, raw, own, components, revalidates=revalidates),
            **error_responses(possible_errors(endpoint, operation, dependencies, limits)),
        },
        limits,
        signed_in=token_holder in dependencies,
    )
    if limits:
        operation["description"] += f"\n\n{in_words(limits)}"
        operation[EXTENSION] = [as_extension(limit) for limit in limits]
    operation["security"] = _security(dependencies)
    return operation


def _described(endpoint: Endpoint, components: Components) -> tuple[Schema, Callable[[Schema], Any]]:
    """Return what Powertools says of the operation, and what turns a schema of it into one of the document."""
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

    return raw, own


def _named(endpoint: Endpoint) -> Schema:
    headline, _, rest = endpoint.module_text.partition("\n\n")
    summary = headline.partition(": ")[2].removesuffix(".")
    return {
        "operationId": to_camel(endpoint.name),
        "summary": summary[:1].upper() + summary[1:],
        "description": rest.strip() or f"{summary[:1].upper()}{summary[1:]}.",
        "tags": [endpoint.context],
    }


def _parameters(endpoint: Endpoint, raw: Schema, own: Callable[[Schema], Any], *, revalidates: bool) -> list[Schema]:
    parameters = [_parameter(own(one), endpoint.event) for one in raw.get("parameters", [])]
    if revalidates:
        parameters.append(_IF_NONE_MATCH)
    if endpoint.method == "POST":
        parameters.append(_IDEMPOTENCY_KEY)
    return parameters


def _security(dependencies: set[Any]) -> list[Schema]:
    if token_holder in dependencies:
        return [{"bearer": []}]
    return [{}, {"bearer": []}] if optional_user in dependencies else []


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
    "token": "The token of the link.",
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
        responses["304"] = {"description": "The copy that the caller has is up to date.", "headers": headers}
    return responses


_SUCCESSES = {"200": "The answer.", "201": "Done, with the result.", "204": "Done."}
