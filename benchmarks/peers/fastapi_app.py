"""FastAPI behind Mangum."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from mangum import Mangum
from store import (
    CoursePage,
    EnrollmentAnswer,
    MessageAnswer,
    NewMessage,
    Refused,
    catalogue,
    enroll,
    error,
    send,
    user_of,
)

app = FastAPI()


async def caller(authorization: Annotated[str | None, Header()] = None) -> str:
    return user_of(authorization)


@app.exception_handler(Refused)
async def refused(_: Request, problem: Refused) -> JSONResponse:
    return JSONResponse(error(problem.code), problem.status)


@app.exception_handler(RequestValidationError)
async def invalid(_: Request, problem: RequestValidationError) -> JSONResponse:
    return JSONResponse(error("VALIDATION_FAILED", problem.errors()), 422)


# async without awaiting: in Lambda one request runs at a time, and a thread pool would only cost
@app.get("/v1/courses")
async def courses(page: Annotated[int, Query(ge=1)] = 1, limit: Annotated[int, Query(ge=1, le=100)] = 10) -> CoursePage:
    return catalogue(page, limit)


@app.post("/v1/courses/{courseId}/enroll", status_code=201)
async def enrolled(
    course_id: Annotated[str, Path(alias="courseId", pattern=r"^[A-Za-z0-9_-]{1,64}$")],
    user_id: Annotated[str, Depends(caller)],
) -> EnrollmentAnswer:
    return enroll(user_id, course_id)


@app.post("/v1/learner/messages", status_code=201)
async def sent(new: NewMessage, user_id: Annotated[str, Depends(caller)]) -> MessageAnswer:
    return send(user_id, new)


handler: Any = Mangum(app, lifespan="off")
