"""`docs/asyncapi.json`: the WebSocket, from the models that its routes take, what they answer, and what is pushed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, TypedDict, cast, get_origin, get_type_hints, is_typeddict

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from peerlearn.domain.errors import (
    DomainError,
    InternalError,
    MalformedRequest,
    PayloadTooLarge,
    TemporarilyUnavailable,
    ValidationFailed,
)
from peerlearn.domain.pushes import PUSHED
from peerlearn.http.messages import ClientMessageId
from peerlearn.http.websocket import MESSAGE_MAX_BYTES
from scripts.api_documents.errors import raised_by
from scripts.api_documents.examples import example_of
from scripts.api_documents.field_rules import field_schemas
from scripts.api_documents.routes import socket_handlers
from scripts.api_documents.schemas import Schema, reference, tidied
from scripts.project.paths import ROOT

_DESCRIPTION = """\
The real-time side of a peer learning system. A client gets a ticket from `POST /v1/learner/realtime/ticket` and opens
the WebSocket with it. Each message that it sends gets exactly one answer; a `clientMessageId` comes back with it.

Events are pushed as they happen, at least once: a redelivery carries the same `eventId`. A client that was away reads
the messages that it missed with `GET /v1/learner/messages`.
"""
_TOO_LONG = f"The message has more than {MESSAGE_MAX_BYTES // 1024} KB."
_BY_EVERY_MESSAGE: Mapping[type[DomainError], str] = {
    MalformedRequest: "The message is not one JSON object.",
    ValidationFailed: "`details.fields` names every field that is wrong.",
    PayloadTooLarge: _TOO_LONG,
    InternalError: "",
    TemporarilyUnavailable: "",
}


class Refusal(TypedDict):
    """The message was not carried out."""

    type: str
    code: str
    message: str
    timestamp: str
    retryAfter: NotRequired[int]
    details: NotRequired[dict[str, Any]]


def asyncapi() -> Schema:
    """Return the document."""
    schemas: dict[str, Schema] = field_schemas()
    messages: dict[str, Schema] = {}
    operations = {**_received(schemas, messages), "push": _pushed(schemas, messages)}
    return _document(schemas, messages, operations)


def _received(schemas: dict[str, Schema], messages: dict[str, Schema]) -> dict[str, Schema]:
    """Return an operation for each action of a client; its messages and their schemas are added to the others."""
    operations: dict[str, Schema] = {}
    for action, model, answer, errors in _actions():
        _add(schemas, model.__name__, model.model_json_schema(ref_template=reference("{model}")["$ref"]))
        _add(schemas, answer.__name__, _schema_of(answer), _WITH_CLIENT_MESSAGE_ID)
        refusal = f"{model.__name__}Refused"
        _add(schemas, refusal, _refusal_schema(errors), _WITH_CLIENT_MESSAGE_ID)
        messages[model.__name__] = _message(model.__name__, model.__doc__, schemas)
        messages[answer.__name__] = _message(answer.__name__, answer.__doc__, schemas)
        messages[refusal] = _message(refusal, _described(errors), schemas)
        operations[action] = {
            "action": "receive",
            "channel": _CHANNEL,
            "summary": _summary(answer.__doc__, action),
            "description": f"A message with the action `{action}`; answered by its answer or by a refusal.",
            "messages": [_of_channel(model.__name__)],
            "reply": {
                "channel": _CHANNEL,
                "messages": [_of_channel(answer.__name__), _of_channel(refusal)],
            },
        }
    return operations


def _pushed(schemas: dict[str, Schema], messages: dict[str, Schema]) -> Schema:
    """Return the operation of what is pushed; its messages and their schemas are added to the others."""
    for event, data in PUSHED.items():
        name = f"{data.__name__}Event"
        _add(schemas, data.__name__, _schema_of(data))
        _add(schemas, name, _push_schema(event.value, data.__name__))
        messages[name] = _message(name, data.__doc__, schemas)
    return {
        "action": "send",
        "channel": _CHANNEL,
        "summary": "Events, as they happen.",
        "description": "To every device of those whom it concerns, but the one that caused it.",
        "messages": [_of_channel(f"{data.__name__}Event") for data in PUSHED.values()],
    }


_SERVER: Schema = {
    "host": "{apiId}.execute-api.{region}.amazonaws.com",
    "pathname": "/live",
    "protocol": "wss",
    "description": "A deployed stack; the ticket's answer names the URL.",
    "variables": {"apiId": {"default": "abc1234567"}, "region": {"default": "us-east-1"}},
    "security": [{"$ref": "#/components/securitySchemes/ticket"}],
}
_HANDSHAKE: Schema = {
    "method": "GET",
    "query": {
        "type": "object",
        "properties": {"ticket": {"type": "string", "description": "Opens the door once."}},
        "required": ["ticket"],
    },
    "bindingVersion": "0.1.0",
}


def _document(schemas: dict[str, Schema], messages: dict[str, Schema], operations: dict[str, Schema]) -> Schema:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "asyncapi": "3.0.0",
        "id": "urn:peerlearn:realtime",
        "info": {
            "title": "Peerlearn in real time",
            "version": project["version"],
            "description": _DESCRIPTION,
            "tags": [{"name": "realtime", "description": "Events, as they happen."}],
        },
        "defaultContentType": "application/json",
        "servers": {"deployed": _SERVER},
        "channels": {
            "connection": {
                "address": "/",
                "description": "One connection of one device of one person, for two hours at most.",
                "servers": [{"$ref": "#/servers/deployed"}],
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": _HANDSHAKE},
            }
        },
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": {name: schemas[name] for name in sorted(schemas)},
            "securitySchemes": {
                "ticket": {
                    "type": "httpApiKey",
                    "name": "ticket",
                    "in": "query",
                    "description": "For one handshake within 30 seconds: without one it is a 401, with another a 403.",
                }
            },
        },
    }


_CHANNEL = {"$ref": "#/channels/connection"}
_WITH_CLIENT_MESSAGE_ID = {"clientMessageId": TypeAdapter(ClientMessageId).json_schema()}


def _actions() -> Iterator[tuple[str, type[BaseModel], type, dict[type[DomainError], str]]]:
    """Every route that takes messages: its action, model, answer and errors."""
    for action, handler in socket_handlers():
        respond = getattr(handler, "__wrapped__", None)
        if respond is None:
            continue
        hints = get_type_hints(respond)
        answer = hints.pop("return")
        model = next(hint for hint in hints.values() if isinstance(hint, type) and issubclass(hint, BaseModel))
        yield action, model, answer, {**_BY_EVERY_MESSAGE, **raised_by(respond)}


def _schema_of(typed_dict: type) -> Schema:
    """Pydantic reads typed dictionaries of the standard library only from Python 3.12 on."""
    model = _model_of(typed_dict)
    return model.model_json_schema(ref_template=reference("{model}")["$ref"])


def _model_of(typed_dict: type) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for name, hint in get_type_hints(typed_dict, include_extras=True).items():
        if get_origin(hint) is NotRequired:
            fields[name] = (hint.__args__[0], None)
        elif is_typeddict(hint):
            fields[name] = (_model_of(hint), Field())
        else:
            fields[name] = (hint, Field())
    model = create_model(typed_dict.__name__, __config__=ConfigDict(), __doc__=typed_dict.__doc__, **fields)
    return cast("type[BaseModel]", model)


def _add(schemas: dict[str, Schema], name: str, schema: Schema, more: Schema | None = None) -> None:
    own = tidied(schema)
    for definition, nested in own.pop("$defs", {}).items():
        _add(schemas, definition, nested)
    if more:
        own["properties"] = {**own["properties"], **more}
    if schemas.setdefault(name, _with_times(own)) != _with_times(own):
        raise ValueError(f"two schemas are named {name}")


def _with_times(schema: Schema) -> Schema:
    """Return the schema; a field named `...At` is a time."""
    for name, one in schema.get("properties", {}).items():
        if name.endswith("At") or name == "timestamp":
            for place in (one, *one.get("anyOf", [])):
                if place.get("type") == "string":
                    place["format"] = "date-time"
    return schema


def _refusal_schema(errors: Mapping[type[DomainError], str]) -> Schema:
    schema = _schema_of(Refusal)
    schema["properties"]["type"] = {"type": "string", "const": "error"}
    schema["properties"]["code"] = {"type": "string", "enum": sorted({error.code for error in errors})}
    schema["properties"]["details"] = {
        "type": "object",
        "properties": {"fields": {"type": "array", "items": reference("FieldProblem")}},
        "additionalProperties": True,
    }
    schema["properties"]["retryAfter"] = {"type": "integer", "description": "Seconds until it may be tried again."}
    return schema


def _push_schema(event: str, data: str) -> Schema:
    return {
        "type": "object",
        "properties": {
            "type": {"type": "string", "const": event},
            "eventId": {"type": "string", "description": "The same in a redelivery."},
            "data": reference(data),
            "occurredAt": {"type": "string"},
        },
        "required": ["type", "eventId", "data", "occurredAt"],
    }


def _message(schema: str, text: str | None, schemas: Mapping[str, Schema]) -> Schema:
    example = example_of(schemas[schema], schemas)
    if example.get("type") == "error":
        example |= {"message": "You may not do this.", "timestamp": "2026-01-01T10:00:00Z"}
    return {
        "name": schema,
        "summary": _summary(text, schema),
        "description": (text or schema).strip(),
        "contentType": "application/json",
        "payload": reference(schema),
        "examples": [{"name": schema[:1].lower() + schema[1:], "payload": example}],
    }


def _described(errors: Mapping[type[DomainError], str]) -> str:
    lines = [f"- `{error.code}`: {when or error.default_message}" for error, when in errors.items()]
    return "\n".join(["The message was not carried out.", "", *lines])


def _summary(text: str | None, otherwise: str) -> str:
    return (text or otherwise).strip().partition("\n")[0]


def _of_channel(message: str) -> Schema:
    return {"$ref": f"#/channels/connection/messages/{message}"}
