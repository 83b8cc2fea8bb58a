"""An endpoint of its own, so that what every endpoint shares is tested once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field, StrictInt, model_validator

import peerlearn.http.auth
from peerlearn.domain.errors import DomainError
from peerlearn.domain.problems import Problem, Rule, ValueRefused
from peerlearn.domain.users import Role, User
from peerlearn.http.app import create_app
from peerlearn.http.auth import Administrator, Author, Caller, MaybeCaller
from peerlearn.http.envelopes import Success, no_content
from peerlearn.http.models import CourseIdPath, Limit, PageNumber, PersonName, RequestModel, Tags
from peerlearn.settings import settings
from tests.fakes.clock import START, FakeClock
from tests.fakes.keys import fake_tokens
from tests.fakes.standing import FakeStandings, fake_standing_service
from tests.support.api import Answer, Context, answer_of

ORIGINS = "https://one.example, https://two.example"


class Body(RequestModel):
    name: PersonName
    number: Annotated[StrictInt, Field(ge=0, le=10)] = 0
    tag_list: Tags = Field(default_factory=list)

    @model_validator(mode="after")
    def _not_thirteen(self) -> Body:
        if self.name == "thirteen" and self.number == 0:
            raise ValueRefused(Problem(Rule.REQUIRED, "thirteen needs a number"))
        return self


raised: list[Exception] = []
app = create_app()


@app.post("/echo", status_code=201)
def echo(body: Body) -> Success[dict[str, str]]:
    return Success(data={"name": body.name})


@app.post("/owned", status_code=201)
def owned(body: Body, user: Caller) -> Success[dict[str, str]]:
    return Success(data={"name": body.name, "user": user.user_id})


@app.post("/authors/<courseId>")
def authors(course_id: CourseIdPath, body: Body, user: Author) -> Success[dict[str, str]]:
    return Success(data={"course": course_id, "name": body.name, "user": user.user_id})


@app.get("/administrators")
def administrators(user: Administrator) -> Success[dict[str, str]]:
    return Success(data={"user": user.user_id})


@app.get("/public")
def public(user: MaybeCaller, page: PageNumber = 1, limit: Limit = 10) -> Success[dict[str, str]]:
    return Success(data={"user": user.user_id if user else "nobody", "page": f"{page}/{limit}"})


@app.delete("/nothing")
def nothing() -> Any:
    return no_content()


@app.get("/raise")
def raising() -> Success[dict[str, str]]:
    raise raised.pop()


def event(
    method: str = "POST",
    path: str = "/echo",
    body: str | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()} if headers else None,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"requestId": "req-1", "httpMethod": method, "path": path, "stage": "api", "identity": {}},
        "body": body,
        "isBase64Encoded": False,
        **more,
    }


def send(event_: dict[str, Any]) -> Answer:
    """The answer as a client gets it."""
    return answer_of(app.lambda_handler(event_, cast("LambdaContext", Context())), event_)


def fail_with(error: Exception) -> Answer:
    raised.append(error)
    return send(event("GET", "/raise"))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TABLE_NAME", "unused")
    monkeypatch.setenv("ALLOWED_ORIGINS", ORIGINS)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def standings(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> FakeStandings:
    """Everybody with a token of `token_of` has a session that stands."""
    standings = FakeStandings()
    service = fake_standing_service(standings, clock)
    monkeypatch.setattr(peerlearn.http.auth, "standing_service", lambda: service)
    return standings


@pytest.fixture
def token_of(monkeypatch: pytest.MonkeyPatch, clock: FakeClock, standings: FakeStandings) -> Callable[[Role], str]:
    """An access token of somebody with that role, who is signed in."""
    tokens = fake_tokens(clock=clock)
    monkeypatch.setattr(peerlearn.http.auth, "access_tokens", lambda: tokens)

    def issue(role: Role) -> str:
        standings.sign_in(f"usr_{role}", role, "sid_1")
        return tokens.issue_access(User(f"usr_{role}", "A", "a@x.example", role, (), (), START), "sid_1")

    return issue


def every_refusal() -> list[type[DomainError]]:
    """All classes of errors, found by walking down from the root."""
    found = [DomainError]
    for error in found:
        found += error.__subclasses__()
    return list(dict.fromkeys(found))
