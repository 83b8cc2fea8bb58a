"""The standard envelopes of `API.md`: success, list and error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Generic, Literal, TypeVar

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.errors import DomainError
from peerlearn.http.models import is_none

T = TypeVar("T")

JSON = "application/json"


class Success(BaseModel, Generic[T]):
    """`{"status": "success", "data": ...}`."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    status: Literal["success"] = "success"
    data: T


class Metadata(BaseModel):
    """Of a list: `next` is absent on the last page."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    page: int
    limit: int
    total: int
    next: str | None = Field(default=None, exclude_if=is_none)


class ListSuccess(Success[T], Generic[T]):
    """`{"status": "success", "data": {"<plural>": [...]}, "metadata": {...}}`."""

    metadata: Metadata


class CursorMetadata(BaseModel):
    """Of a list that is walked by cursor alone: a page may be short, and the list ends where `next` is absent."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    limit: int
    next: str | None = Field(default=None, exclude_if=is_none)


class CursorListSuccess(Success[T], Generic[T]):
    """`{"status": "success", "data": {"<plural>": [...]}, "metadata": {"limit": ..., "next": ...}}`."""

    metadata: CursorMetadata


def compact_json(value: Any) -> str:
    """Every answer's text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def no_content() -> Response[str]:
    """204 with an empty body."""
    return Response(status_code=HTTPStatus.NO_CONTENT, body="")


def without_content(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to HEAD: status and headers of the answer to GET, and no body."""
    return {**answer, "body": "", "isBase64Encoded": False}


def error_response(error: DomainError, request_id: str) -> Response[Mapping[str, Any]]:
    """The error envelope, with `Retry-After` and `WWW-Authenticate` where they belong."""
    headers: dict[str, str | list[str]] = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == HTTPStatus.UNAUTHORIZED:
        # API Gateway tells clients so as x-amzn-Remapped-WWW-Authenticate; another proxy in front of us does not
        headers["WWW-Authenticate"] = "Bearer"
    body = {
        "status": "error",
        "code": error.code,
        "message": error.message,
        "timestamp": to_rfc3339(error.occurred_at),
        "details": error.details,
        "requestId": request_id,
    }
    return Response(status_code=error.status, content_type=JSON, body=body, headers=headers)
