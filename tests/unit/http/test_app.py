"""Shared by every endpoint: the envelope, the permissions, and the headers browsers ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from peerlearn.domain.errors import DomainError, TemporarilyUnavailable, TooManyRequests
from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.users import Role
from tests.fakes.clock import FakeClock
from tests.fakes.standing import FakeStandings
from tests.unit.http.conftest import event, every_refusal, fail_with, send

TokenOf = Callable[[Role], str]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


# -- the envelope


@pytest.mark.parametrize("kind", every_refusal(), ids=lambda kind: kind.__name__)
def test_every_refusal_wears_the_envelope(kind: type[DomainError]) -> None:
    arguments: dict[str, list[Any]] = {
        "ValidationFailed": [("a", Problem(Rule.TOO_LONG, "is too long", 3))],
        "EnrollmentDenied": ["COURSE_FULL", "It is full."],
        "AttemptSuperseded": [SimpleNamespace(attempt=2)],
    }
    error = kind(*arguments.get(kind.__name__, []))
    answer = fail_with(error)
    assert (answer.status, answer.code) == (kind.status, kind.code)
    assert set(answer.body) == {"status", "code", "message", "timestamp", "details", "requestId"}
    assert (answer.body["status"], answer.body["requestId"]) == ("error", "req-1")
    assert isinstance(answer.body["details"], dict)
    assert answer.body["timestamp"].endswith("Z")
    assert datetime.fromisoformat(answer.body["timestamp"]).tzinfo
    assert answer.headers["content-type"] == "application/json"
    assert (answer.headers.get("x-amzn-remapped-www-authenticate") == "Bearer") == (kind.status == 401)


def test_busy_says_when_to_come_back() -> None:
    assert fail_with(TemporarilyUnavailable()).headers["retry-after"] == "1"
    assert fail_with(TooManyRequests(retry_after=840)).headers["retry-after"] == "840"


@pytest.mark.parametrize(
    "error", [KeyError("secret-table"), ValueError("secret-table"), RecursionError("secret-table")]
)
def test_a_crash_tells_nothing(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    answer = fail_with(error)
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    assert "secret-table" not in str(answer.body)
    assert "secret-table" in caplog.text


def test_unknown_route_is_a_404() -> None:
    answer = send(event("GET", "/nowhere"))
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_no_content_has_no_body() -> None:
    answer = send(event("DELETE", "/nothing"))
    assert (answer.status, answer.body) == (204, {})


def test_nothing_of_one_request_is_left_for_the_next() -> None:
    assert send(event(body="nonsense")).status == 400
    assert send(event(body='{"name": "Ada"}')).status == 201


# -- events as API Gateway sends them


@pytest.mark.parametrize("course", ["crs_🎉", 'crs_"1"', "crs_`1`", "crs_\\1", "crs_#1"])
def test_a_sign_that_is_in_no_id_reaches_its_route(course: str, token_of: TokenOf) -> None:
    def ask(headers: dict[str, str] | None) -> str:
        request = event("POST", f"/authors/{course}", '{"name": "Ada"}', headers)
        return send(request | {"resource": "/authors/{courseId}"}).code

    assert ask(None) == "UNAUTHENTICATED"
    assert ask(bearer(token_of(Role.LEARNER))) == "FORBIDDEN"
    assert ask(bearer(token_of(Role.TUTOR))) == "VALIDATION_FAILED"


@pytest.mark.parametrize("absent", [None, {}])
def test_absent_parts_of_an_event(absent: dict[str, Any] | None, token_of: TokenOf) -> None:
    del token_of
    names = (
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
    )
    answer = send(event("GET", "/public", **dict.fromkeys(names, absent)))
    assert (answer.status, answer.body["data"]["user"]) == (200, "nobody")


@pytest.mark.parametrize("name", ["headers", "multiValueHeaders", "requestContext", "queryStringParameters"])
def test_missing_keys_of_an_event(name: str) -> None:
    whole = event("GET", "/nowhere")
    del whole[name]
    assert send(whole).code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": ["101"]}, "limit"),
        ({"limit": ["0"]}, "limit"),
        ({"limit": ["-1"]}, "limit"),
        ({"limit": ["ten"]}, "limit"),
        ({"limit": ["1.5"]}, "limit"),
        ({"limit": [""]}, "limit"),
        ({"limit": ["1e1"]}, "limit"),
        ({"limit": ["9" * 5000]}, "limit"),
        ({"page": ["0"]}, "page"),
        ({"page": ["NaN"]}, "page"),
        ({"page": ["9" * 30]}, "page"),
    ],
)
def test_wrong_queries(query: dict[str, list[str]], field: str) -> None:
    single = {name: values[-1] for name, values in query.items()}
    answer = send(event("GET", "/public", queryStringParameters=single, multiValueQueryStringParameters=query))
    assert (answer.status, [wrong["field"] for wrong in answer.body["details"]["fields"]]) == (422, [field])


def test_repeated_query_is_answered() -> None:
    query: dict[str, Any] = {
        "multiValueQueryStringParameters": {"limit": ["5", "7"]},
        "queryStringParameters": {"limit": "7"},
    }
    assert send(event("GET", "/public", **query)).status in (200, 422)


# -- who may call


@pytest.mark.parametrize("body", ["nonsense", None, "{}", '{"name": "Ada"}'])
def test_unauthenticated_wins_over_any_body(body: str | None, token_of: TokenOf) -> None:
    del token_of
    for headers in (None, bearer("x.y.z")):
        answer = send(event("POST", "/owned", body, headers))
        assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("body", ["nonsense", None, "{}", '{"name": "Ada"}'])
def test_expired_wins_over_any_body(body: str | None, token_of: TokenOf, clock: FakeClock) -> None:
    headers = bearer(token_of(Role.LEARNER))
    clock.advance(3601)
    assert send(event("POST", "/owned", body, headers)).code == "TOKEN_EXPIRED"


@pytest.mark.parametrize("body", ["nonsense", None, "{}", '{"name": "Ada"}'])
@pytest.mark.parametrize("course", ["crs_1", "not a course", "x" * 65])
def test_forbidden_wins_over_any_body_and_path(body: str | None, course: str, token_of: TokenOf) -> None:
    answer = send(event("POST", f"/authors/{course}", body, bearer(token_of(Role.LEARNER))))
    assert answer.code == "FORBIDDEN" or (answer.code == "NOT_FOUND" and " " in course)


@pytest.mark.parametrize(("body", "code"), [("nonsense", "MALFORMED_REQUEST"), ("{}", "VALIDATION_FAILED")])
def test_body_is_judged_once_the_caller_may_call(body: str, code: str, token_of: TokenOf) -> None:
    assert send(event("POST", "/authors/crs_1", body, bearer(token_of(Role.TUTOR)))).code == code


@pytest.mark.parametrize(
    ("path", "roles"),
    [("/owned", set(Role)), ("/authors/crs_1", {Role.TUTOR, Role.ADMIN}), ("/administrators", {Role.ADMIN})],
)
def test_roles(path: str, roles: set[Role], token_of: TokenOf) -> None:
    method = "GET" if path == "/administrators" else "POST"
    for role in Role:
        answer = send(event(method, path, '{"name": "Ada"}', bearer(token_of(role))))
        assert (answer.status < 300) == (role in roles)
        if role in roles:
            assert answer.body["data"]["user"] == f"usr_{role}"


@pytest.mark.parametrize("body", ["nonsense", None, "{}", '{"name": "Ada"}'])
@pytest.mark.parametrize(("method", "path"), [("POST", "/owned"), ("POST", "/authors/crs_1"), ("GET", "/public")])
def test_token_of_another_role_than_the_accounts_is_a_401(
    method: str, path: str, body: str | None, token_of: TokenOf, standings: FakeStandings
) -> None:
    headers = bearer(token_of(Role.TUTOR))
    standings.sign_in("usr_tutor", Role.ADMIN, "sid_1")
    answer = send(event(method, path, body, headers))
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("body", ["nonsense", None, "{}", '{"name": "Ada"}'])
@pytest.mark.parametrize(("method", "path"), [("POST", "/owned"), ("POST", "/authors/crs_1"), ("GET", "/public")])
def test_token_of_an_ended_session_is_a_401(
    method: str, path: str, body: str | None, token_of: TokenOf, standings: FakeStandings
) -> None:
    headers = bearer(token_of(Role.TUTOR))
    standings.sign_in("usr_tutor", Role.TUTOR, "sid_2")
    answer = send(event(method, path, body, headers))
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("header", ["authorization", "Authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_scheme_and_header_in_any_case(header: str, scheme: str, token_of: TokenOf) -> None:
    headers = {header: f"{scheme} {token_of(Role.LEARNER)}"}
    assert send(event("GET", "/public", headers=headers)).body["data"]["user"] == "usr_learner"


@pytest.mark.parametrize("scheme", ["Basic ", "Digest ", "Tokens ", "Bearer\t", ""])
def test_another_scheme_is_not_looked_into(scheme: str, token_of: TokenOf) -> None:
    headers = {"Authorization": f"{scheme}{token_of(Role.LEARNER)}"}
    assert send(event("GET", "/public", headers=headers)).code == "UNAUTHENTICATED"


@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer", "Bearer ", "Bearer x", "token", "Bearer\tx", "é", "\0"])
def test_a_token_that_does_not_hold_is_a_401_where_none_was_needed(value: str, token_of: TokenOf) -> None:
    del token_of
    assert send(event("GET", "/public", headers={"Authorization": value})).code == "UNAUTHENTICATED"


# -- browsers


@pytest.mark.parametrize("origin", ["https://one.example", "https://two.example"])
def test_allowed_origins_are_echoed(origin: str) -> None:
    for answer in (
        send(event(body='{"name": "Ada"}', headers={"origin": origin})),
        send(event(body="nonsense", headers={"Origin": origin})),
        send(event("GET", "/nowhere", headers={"Origin": origin})),
    ):
        assert answer.headers["access-control-allow-origin"] == origin
        assert "Origin" in answer.headers["vary"]
        assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "https://one.example.evil.example",
        "http://one.example",
        "https://one.example/",
    ],
)
def test_other_origins_are_not(origin: str | None) -> None:
    answer = send(event(body='{"name": "Ada"}', headers={"Origin": origin} if origin else None))
    assert "access-control-allow-origin" not in answer.headers
    assert "Origin" in answer.headers["vary"]


def test_a_star_allows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", "*")
    answer = send(event(body='{"name": "Ada"}', headers={"Origin": "https://any.example"}))
    assert answer.headers["access-control-allow-origin"] == "*"


def test_timestamps_are_rfc_3339() -> None:
    stamp = send(event(body=None)).body["timestamp"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", stamp)


@pytest.mark.parametrize(
    "name", ["Former learner", "former  LEARNER", "Tab\there", "Line\nbreak", "\u202eada", "\u200b", "  "]
)
def test_name_that_others_could_mistake_is_refused(name: str) -> None:
    answer = send(event(body=json.dumps({"name": name})))
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
