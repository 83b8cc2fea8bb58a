"""Flask behind apig-wsgi, with pydantic for bodies."""

from __future__ import annotations

from typing import Any

from apig_wsgi import make_lambda_handler
from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError
from store import NewMessage, Refused, catalogue, enroll, error, send, user_of

app = Flask(__name__)


def answer(status: int, body: BaseModel) -> Response:
    return Response(body.model_dump_json(by_alias=True), status, mimetype="application/json")


@app.errorhandler(Refused)
def refused(problem: Refused) -> Any:
    return error(problem.code), problem.status


@app.errorhandler(ValidationError)
def invalid(problem: ValidationError) -> Any:
    return error("VALIDATION_FAILED", problem.errors(include_url=False)), 422


@app.get("/v1/courses")
def courses() -> Response:
    return answer(200, catalogue(request.args.get("page", 1, int), request.args.get("limit", 10, int)))


@app.post("/v1/courses/<course_id>/enroll")
def enrolled(course_id: str) -> Response:
    return answer(201, enroll(user_of(request.headers.get("Authorization")), course_id))


@app.post("/v1/learner/messages")
def sent() -> Response:
    user_id = user_of(request.headers.get("Authorization"))
    return answer(201, send(user_id, NewMessage.model_validate_json(request.get_data())))


handler: Any = make_lambda_handler(app)
