"""No framework: the event's fields, pydantic, the envelope."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from store import NewMessage, Refused, catalogue, enroll, error, send, user_of


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    try:
        route = event["resource"]
        if route == "/v1/courses":
            query = event["queryStringParameters"] or {}
            return _answer(
                200, catalogue(int(query.get("page", 1)), int(query.get("limit", 10))).model_dump_json(by_alias=True)
            )
        user_id = user_of(event["headers"].get("Authorization"))
        if route == "/v1/learner/messages":
            new = NewMessage.model_validate_json(event["body"])
            return _answer(201, send(user_id, new).model_dump_json(by_alias=True))
        return _answer(201, enroll(user_id, event["pathParameters"]["courseId"]).model_dump_json(by_alias=True))
    except Refused as refused:
        return _answer(refused.status, json.dumps(error(refused.code)))
    except ValidationError as invalid:
        return _answer(422, json.dumps(error("VALIDATION_FAILED", invalid.errors(include_url=False))))


def _answer(status: int, body: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": body}
