"""From a new account to a booked seat, over real HTTP on the stack that the template deploys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.client import PASSWORD, Account, Client, eventually


@pytest.fixture
def client(stack: dict[str, Any]) -> Client:
    return Client(stack)


@pytest.fixture
def tutor(client: Client) -> Account:
    return client.demo("tutor")


def enroll(client: Client, learner: Account, course_id: str) -> tuple[int, str]:
    """Status and reason."""
    response = client.call("POST", f"/v1/courses/{course_id}/enroll", as_=learner)
    return response.status_code, response.json().get("details", {}).get("reason", "")


def test_a_learner_registers_signs_in_browses_books_and_drops(client: Client) -> None:
    email = client.register("Ada").email
    learner = client.sign_in(email.upper(), PASSWORD)
    page = client.call("GET", "/v1/courses", subject="mathematics", limit=3).json()
    assert page["metadata"]["total"] >= len(page["data"]["courses"]) > 0
    course = next(c for c in page["data"]["courses"] if c["seatsAvailable"] != 0)

    assert enroll(client, learner, course["courseId"]) == (201, "")
    assert enroll(client, learner, course["courseId"]) == (409, "ALREADY_ENROLLED")
    profile = client.ok("GET", "/v1/learner/me", as_=learner)["profile"]
    assert profile["enrolledCourses"] == [course["courseId"]]
    mine = client.ok("GET", "/v1/learner/me/enrollments", as_=learner)["enrollments"]
    assert [(e["courseId"], e["status"], e["title"]) for e in mine] == [(course["courseId"], "active", course["title"])]

    dropped = client.call("DELETE", f"/v1/courses/{course['courseId']}/enroll", as_=learner)
    assert (dropped.status_code, dropped.content) == (204, b"")
    again = client.call("DELETE", f"/v1/courses/{course['courseId']}/enroll", as_=learner)
    assert (again.status_code, again.json()["code"]) == (403, "NOT_ENROLLED")


def test_more_learners_than_seats_at_once_and_exactly_the_seats_are_taken(client: Client, tutor: Account) -> None:
    course_id = client.course(tutor, capacity=3)["courseId"]
    learners = [client.register() for _ in range(9)]
    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(lambda learner: enroll(client, learner, course_id), learners))
    assert sorted(answers) == [(201, "")] * 3 + [(409, "COURSE_FULL")] * 6
    roster = client.ok("GET", f"/v1/courses/{course_id}/enrollments", as_=tutor, limit=100)["enrollments"]
    accepted = {learner.user_id for learner, (status, _) in zip(learners, answers, strict=True) if status == 201}
    assert {entry["learner"]["userId"] for entry in roster} == accepted
    assert client.ok("GET", f"/v1/courses/{course_id}")["course"]["seatsTaken"] == 3


def test_a_dropped_seat_goes_to_the_head_of_the_waitlist(client: Client, tutor: Account) -> None:
    course_id = client.course(tutor, capacity=1)["courseId"]
    holder, first, second = (client.register(name) for name in ("Holder", "First", "Second"))
    assert enroll(client, holder, course_id) == (201, "")
    free = client.call("POST", f"/v1/courses/{client.course(tutor)['courseId']}/waitlist", as_=first)
    assert (free.status_code, free.json()["code"]) == (409, "CONFLICT")
    for position, learner in enumerate((first, second), start=1):
        place = client.ok("POST", f"/v1/courses/{course_id}/waitlist", as_=learner)["waitlist"]
        assert (place["courseId"], place["position"]) == (course_id, position)

    client.ok("DELETE", f"/v1/courses/{course_id}/enroll", as_=holder)

    def status(learner: Account) -> str:
        return str(client.ok("GET", "/v1/learner/me/enrollments", as_=learner)["enrollments"][0]["status"])

    assert eventually(lambda: status(first) == "active")
    assert status(second) == "waitlisted"
    assert enroll(client, holder, course_id) == (409, "COURSE_FULL")
    course = client.ok("GET", f"/v1/courses/{course_id}")["course"]
    assert (course["seatsTaken"], course["waitlistLength"]) == (1, 1)
    assert client.call("DELETE", f"/v1/courses/{course_id}/waitlist", as_=second).status_code == 204


def test_two_sessions_at_one_time_cannot_both_be_booked(client: Client, tutor: Account) -> None:
    def session(start: str, end: str) -> str:
        times = {"startsAt": f"2030-01-01T{start}:00Z", "endsAt": f"2030-01-01T{end}:00Z"}
        return str(client.course(tutor, kind="session", **times)["courseId"])

    learner = client.register()
    assert enroll(client, learner, session("10:00", "11:00")) == (201, "")
    assert enroll(client, learner, session("10:30", "11:30")) == (409, "SCHEDULE_CONFLICT")
    assert enroll(client, learner, session("11:00", "12:00")) == (201, "")


def test_a_draft_is_not_there_and_a_closed_course_is_not_open(client: Client, tutor: Account) -> None:
    learner = client.register()
    course = client.course(tutor, status="draft")
    booked = client.call("POST", f"/v1/courses/{course['courseId']}/enroll", as_=learner)
    assert (booked.status_code, booked.json()["code"]) == (404, "COURSE_NOT_FOUND")
    assert client.call("GET", f"/v1/courses/{course['courseId']}").status_code == 404
    client.ok("PATCH", f"/v1/courses/{course['courseId']}", {"status": "published"}, as_=tutor)
    assert enroll(client, learner, course["courseId"]) == (201, "")
    client.ok("PATCH", f"/v1/courses/{course['courseId']}", {"status": "closed"}, as_=tutor)
    assert enroll(client, client.register(), course["courseId"]) == (409, "NOT_OPEN")
    unknown = client.call("POST", "/v1/courses/crs_unknown/enroll", as_=learner)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "COURSE_NOT_FOUND")


def test_a_course_is_written_published_found_changed_and_its_draft_deleted(client: Client, tutor: Account) -> None:
    title = "Zymurgy of the end to end"
    course = client.course(tutor, title=title, status="draft")

    def found() -> int:
        answer = client.call("GET", "/v1/courses", q="zymurgy", tutor=tutor.user_id).json()
        return int(answer["metadata"]["total"])

    before = found()
    client.ok("PATCH", f"/v1/courses/{course['courseId']}", {"status": "published"}, as_=tutor)
    assert found() == before + 1
    refused = client.call("PATCH", f"/v1/courses/{course['courseId']}", {"title": ""}, as_=tutor)
    assert (refused.status_code, refused.json()["details"]["fields"][0]["field"]) == (422, "title")
    assert client.call("DELETE", f"/v1/courses/{course['courseId']}", as_=tutor).json()["code"] == "CONFLICT"
    draft = client.course(tutor, status="draft")
    assert client.call("DELETE", f"/v1/courses/{draft['courseId']}", as_=tutor).status_code == 204
    learner = client.register()
    assert client.call("POST", "/v1/courses", {}, as_=learner).json()["code"] == "FORBIDDEN"


def test_a_page_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    first = client.call("GET", "/v1/courses", subject="history")
    again = client.call("GET", "/v1/courses", subject="history", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Cache-Control" in first.headers


def test_walking_the_catalogue_by_cursor_shows_every_course_once(client: Client) -> None:
    seen: list[str] = []
    query: dict[str, Any] = {"subject": "physics", "limit": 3}
    while True:
        answer = client.call("GET", "/v1/courses", **query).json()
        seen += [course["courseId"] for course in answer["data"]["courses"]]
        if "next" not in answer["metadata"]:
            break
        query["cursor"] = answer["metadata"]["next"]
    assert len(seen) == len(set(seen)) == answer["metadata"]["total"]
    altered = client.call("GET", "/v1/courses", subject="history", cursor=query.get("cursor", "x"))
    assert (altered.status_code, altered.json()["details"]["fields"][0]["field"]) == (422, "cursor")


def test_refresh_tokens_rotate_and_a_spent_one_ends_the_session(client: Client) -> None:
    tokens = [client.register().refresh_token]
    for _ in range(2):
        answer = client.call("POST", "/v1/learner/auth/refresh", {"refreshToken": tokens[-1]})
        assert answer.status_code == 201
        tokens.append(answer.json()["refreshToken"])
    codes = [
        client.call("POST", "/v1/learner/auth/refresh", {"refreshToken": token}).json()["code"]
        for token in (tokens[0], tokens[2])
    ]
    assert codes == ["TOKEN_REUSED", "UNAUTHENTICATED"]


def test_an_administrator_makes_a_tutor(client: Client) -> None:
    person = client.register("Grace")
    user = client.ok("PATCH", f"/v1/users/{person.user_id}", {"role": "tutor"}, as_=client.demo("admin"))["user"]
    assert (user["role"], "email" in user) == ("tutor", False)
    tutor = client.sign_in(person.email, PASSWORD)
    assert client.course(tutor)["tutor"] == {"userId": person.user_id, "name": "Grace"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/v1/nothing/here", None, 404, "NOT_FOUND"),
        ("PUT", "/v1/courses", {}, 404, "NOT_FOUND"),
        ("GET", "/v1/learner/me", None, 401, "UNAUTHENTICATED"),
        ("POST", "/v1/learner/auth/register", "{", 400, "MALFORMED_REQUEST"),
        ("POST", "/v1/learner/auth/register", "[]", 400, "MALFORMED_REQUEST"),
        ("POST", "/v1/learner/auth/register", {"role": "admin"}, 422, "VALIDATION_FAILED"),
        ("GET", "/v1/courses?limit=101", None, 422, "VALIDATION_FAILED"),
        ("GET", "/v1/courses?page=first", None, 422, "VALIDATION_FAILED"),
    ],
)
def test_a_refusal_wears_the_envelope(
    client: Client, method: str, path: str, body: object, status: int, code: str
) -> None:
    response = client.call(method, path, body, headers={"Origin": "https://page.example"})
    answer = response.json()
    assert (response.status_code, answer["status"], answer["code"]) == (status, "error", code)
    assert set(answer) == {"status", "code", "message", "timestamp", "details", "requestId"}
    assert answer["requestId"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_may_call_from_another_origin(client: Client) -> None:
    preflight = client.call(
        "OPTIONS",
        "/v1/courses",
        headers={
            "Origin": "https://page.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"].lower()
