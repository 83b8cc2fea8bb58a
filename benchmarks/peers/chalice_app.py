"""Chalice, with pydantic for bodies."""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice, Response
from pydantic import BaseModel, ValidationError
from store import NewMessage, Refused, catalogue, enroll, error, send, user_of

app = Chalice(app_name="peer")


def answer(status: int, body: BaseModel) -> Response:
    return Response(body.model_dump_json(by_alias=True), {"Content-Type": "application/json"}, status)


@app.middleware("http")
def refusals(event: Any, get_response: Any) -> Any:
    try:
        return get_response(event)
    except Refused as problem:
        return Response(error(problem.code), status_code=problem.status)
    except ValidationError as problem:
        return Response(error("VALIDATION_FAILED", problem.errors(include_url=False)), status_code=422)


@app.route("/v1/courses", methods=["GET"])
def courses() -> Response:
    query = app.current_request.query_params or {}
    return answer(200, catalogue(int(query.get("page", 1)), int(query.get("limit", 10))))


@app.route("/v1/courses/{courseId}/enroll", methods=["POST"])
def enrolled(courseId: str) -> Response:  # noqa: N803 (Chalice passes it by the path's name)
    return answer(201, enroll(user_of(app.current_request.headers.get("authorization")), courseId))


@app.route("/v1/learner/messages", methods=["POST"])
def sent() -> Response:
    user_id = user_of(app.current_request.headers.get("authorization"))
    return answer(201, send(user_id, NewMessage.model_validate_json(app.current_request.raw_body)))


handler = app
