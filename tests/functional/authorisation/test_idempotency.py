"""Idempotency keys: every POST of the template is done once, however often it is sent."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain import idempotency as claims
from peerlearn.services import idempotency
from peerlearn.services.idempotency import IdempotencyService
from peerlearn.snapshots import forget_providers
from scripts.project.paths import ROOT
from tests.functional.authorisation.conftest import Call, World, contents
from tests.functional.authorisation.test_limits import may_call, module_of, request
from tests.support.api import Answer, http_event, invoke

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
POSTS = sorted(module_of(path["post"]["operationId"]) for path in DOCUMENT["paths"].values() if "post" in path)
HANDLER = "functions.enrollments.enroll.lambda_handler"
KEY = "3f1c2f0e-9a55-4c6e-8b57-0d8f4e6f9b10"
# A member cannot join the line of a course with free seats, nor somebody book what they have.
REFUSED = {"enroll": "LEARNER_ENROLLMENT_DENIED", "join_waitlist": "LEARNER_ENROLLMENT_DENIED"}


def right_request(world: World, name: str) -> dict[str, Any]:
    who = next((one for one in ("enrolled", "owning tutor", "administrator") if may_call(name, one)), "enrolled")
    return request(world, name, who, "", 0) | (world.request(name, who) if name == "change_password" else {})


def keyed(key: str = KEY) -> dict[str, str]:
    return {"Idempotency-Key": key}


@pytest.mark.parametrize("name", POSTS)
def test_post_with_same_key_is_answered_as_before_and_does_nothing(
    name: str, world: World, call: Call, aws: DynamoDBClient
) -> None:
    asked = right_request(world, name)
    first = call(name, **asked, headers=keyed())
    assert first.code == REFUSED.get(name, first.code)
    assert first.status < 400 or name in REFUSED, first.body
    before = contents(aws)
    again = call(name, **asked, headers=keyed())
    assert (again.status, again.text) == (first.status, first.text)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert contents(aws) == before


def test_refusal_given_again_has_the_first_requests_id_in_its_body_and_its_own_in_the_header(world: World) -> None:
    def answered(request_id: str) -> Answer:
        asked = right_request(world, "enroll")
        event = http_event("enroll", **asked, headers=keyed())
        event["requestContext"]["requestId"] = request_id
        return invoke(HANDLER, event)

    first, again = answered("the-first"), answered("the-second")
    assert [one.code for one in (first, again)] == ["LEARNER_ENROLLMENT_DENIED"] * 2
    assert again.headers["idempotency-replayed"] == "true"
    assert [one.body["requestId"] for one in (first, again)] == ["the-first"] * 2
    assert [one.headers["x-amzn-requestid"] for one in (first, again)] == ["the-first", "the-second"]


@pytest.mark.parametrize("name", POSTS)
def test_every_post_documents_the_key(name: str) -> None:
    operation = next(
        path["post"]
        for path in DOCUMENT["paths"].values()
        if "post" in path and module_of(path["post"]["operationId"]) == name
    )
    assert "Idempotency-Key" in [one["name"] for one in operation["parameters"] if one["in"] == "header"]
    success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    assert "Idempotency-Replayed" in success["headers"]
    assert "409" in operation["responses"]


def message(world: World, text: str = "Hello") -> dict[str, Any]:
    return {"token": world.enrolled.token, "body": {"receiverId": world.other.user_id, "message": text}}


def test_same_key_with_another_body_is_a_conflict(world: World, call: Call, aws: DynamoDBClient) -> None:
    call("send", **message(world), headers=keyed())
    before = contents(aws)
    refused = call("send", **message(world, "Something else"), headers=keyed())
    assert (refused.status, refused.code) == (409, "CONFLICT")
    assert contents(aws) == before


def test_same_body_in_another_spelling_is_the_same_body(world: World, call: Call) -> None:
    asked = message(world)
    first = call("send", **asked, headers=keyed())
    spelled = json.dumps(dict(reversed(asked["body"].items())), indent=3)
    again = call("send", token=asked["token"], body=spelled, headers=keyed())
    assert (again.status, again.text) == (201, first.text)


@pytest.mark.parametrize(
    "text",
    ["not JSON", "[1]", "null", '"a"', "{", '{"a": 1, "a": 2}', '{"a": NaN}', "[" * 100_000, '{"a": "\\ud800"}'],
    ids=["text", "list", "null", "string", "cut off", "twice", "NaN", "deep", "surrogate"],
)
def test_body_that_no_endpoint_reads_is_compared_as_it_is(world: World, call: Call, text: str) -> None:
    asked = {"token": world.enrolled.token}
    first = call("create_ticket", **asked, body=text, headers=keyed())
    again = call("create_ticket", **asked, body=text, headers=keyed())
    assert (first.status, again.status, again.text) == (201, 201, first.text)
    assert call("create_ticket", **asked, body=f"{text} ", headers=keyed()).status in (201, 409)
    assert call("create_ticket", **asked, body="another", headers=keyed()).code == "CONFLICT"


def test_keys_of_others_and_of_other_routes_never_meet(world: World, call: Call) -> None:
    own = call("create_ticket", token=world.enrolled.token, headers=keyed())
    others = call("create_ticket", token=world.other.token, headers=keyed())
    other_route = call("send", **message(world), headers=keyed())
    assert "idempotency-replayed" not in others.headers | other_route.headers
    assert own.body["data"]["ticket"] != others.body["data"]["ticket"]
    assert other_route.status == 201


def test_message_with_another_key_is_another_message(world: World, call: Call) -> None:
    sent = [call("send", **message(world), headers=headers) for headers in (keyed("one"), keyed("two"), {})]
    assert [one.body["data"]["message"]["seq"] for one in sent] == [1, 2, 3]


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "caf\u00e9", "\u20ac", "a\x7f", "a\nb"])
def test_key_that_is_none_is_named(world: World, call: Call, aws: DynamoDBClient, key: str) -> None:
    before = contents(aws)
    refused = call("send", **message(world), headers=keyed(key))
    assert (refused.status, refused.code) == (422, "VALIDATION_FAILED")
    assert [one["field"] for one in refused.body["details"]["fields"]] == ["Idempotency-Key"]
    assert contents(aws) == before


@pytest.mark.parametrize("key", ["x", "x" * 255, "a b", "~!@#$%^&*()"])
def test_key_of_printable_characters_is_taken(world: World, call: Call, key: str) -> None:
    assert call("send", **message(world), headers=keyed(key)).status == 201
    assert call("send", **message(world), headers=keyed(key)).headers["idempotency-replayed"] == "true"


def test_ended_session_is_given_no_kept_answer(world: World, call: Call) -> None:
    asked = message(world)
    assert call("send", **asked, headers=keyed()).status == 201
    call("logout", body={"refreshToken": world.enrolled.refresh_token})
    assert call("send", **asked, headers=keyed()).code == "UNAUTHENTICATED"


def test_without_a_token_nothing_is_kept(call: Call, aws: DynamoDBClient) -> None:
    before = contents(aws)
    assert call("create_ticket", headers=keyed()).code == "UNAUTHENTICATED"
    assert contents(aws) == before


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("send", {"receiverId": "usr_nobody", "message": "Hello"}, "USER_NOT_FOUND"),
        ("enroll", None, "LEARNER_ENROLLMENT_DENIED"),
    ],
)
def test_final_refusal_is_given_again(world: World, call: Call, name: str, body: dict[str, Any], code: str) -> None:
    asked = {"token": world.enrolled.token, "path": {"courseId": world.course_id}, "body": body}
    first = call(name, **asked, headers=keyed())
    assert first.code == code
    again = call(name, **asked, headers=keyed())
    assert (again.status, again.text) == (first.status, first.text)
    assert again.headers["idempotency-replayed"] == "true"


def test_refusal_that_may_pass_is_not_kept(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMITS", "messages=1/3600")
    forget_providers()
    call("send", **message(world))
    assert call("send", **message(world, "Later"), headers=keyed()).code == "TOO_MANY_REQUESTS"
    monkeypatch.setenv("LIMITS", "messages=9/3600")
    forget_providers()
    sent = call("send", **message(world, "Later"), headers=keyed())
    assert sent.status == 201
    assert "idempotency-replayed" not in sent.headers


def test_mistake_in_the_body_is_not_kept(world: World, call: Call) -> None:
    assert call("send", **message(world, ""), headers=keyed()).code == "VALIDATION_FAILED"
    assert call("send", **message(world, "Mended"), headers=keyed()).status == 201


@pytest.mark.parametrize("name", ["send", "create_ticket"])
def test_repeats_count_against_the_limit(world: World, call: Call, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = {"send": "messages", "create_ticket": "tickets"}[name]
    # One message was sent already.
    monkeypatch.setenv("LIMITS", f"{limit}={3 if name == 'send' else 2}/3600")
    forget_providers()
    asked = message(world) if name == "send" else {"token": world.enrolled.token}
    answers = [call(name, **asked, headers=keyed()) for _ in range(3)]
    assert [one.status for one in answers] == [201, 201, 429]
    assert f'"{limit}";r=0' in answers[1].headers["ratelimit"]


def test_reader_of_the_table_learns_neither_key_nor_answer(world: World, call: Call, aws: DynamoDBClient) -> None:
    ticket = call("create_ticket", token=world.enrolled.token, headers=keyed()).body["data"]["ticket"]
    kept = [item for item in contents(aws) if item["PK"]["S"].startswith("IDEMPOTENCY#")]
    assert len(kept) == 1
    assert ticket not in str(kept)
    assert KEY not in str(kept)
    assert ticket.encode() not in kept[0]["answer"]["B"]


def test_answer_that_is_too_large_is_not_given_again(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "ANSWER_MAX_BYTES", 10)
    assert call("send", **message(world), headers=keyed()).status == 201
    refused = call("send", **message(world), headers=keyed())
    assert (refused.status, refused.code) == (409, "CONFLICT")
    assert "too large" in refused.body["message"]


def test_get_takes_no_notice_of_a_key(world: World, call: Call, aws: DynamoDBClient) -> None:
    before = contents(aws)
    answer = call("get_profile", token=world.enrolled.token, headers=keyed("\u20ac"))
    assert answer.status == 200
    assert contents(aws) == before


class Killed(BaseException):
    """An answer that a process which is gone gives to nobody."""


@pytest.mark.parametrize(
    ("name", "who", "status"),
    [
        ("send", "enrolled", 201),
        ("create_course", "owning tutor", 201),
        ("create_assessment", "owning tutor", 201),
        ("enroll", "learner", 409),
    ],
)
def test_work_done_before_a_kill_is_not_done_again(
    world: World, call: Call, aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch, name: str, who: str, status: int
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    asked = {"token": world.people[who].token, **world.request(name, who)}
    with monkeypatch.context() as patch:
        patch.setattr(IdempotencyService, "keep", killed)
        patch.setattr(claims, "CLAIM_LASTS", timedelta(seconds=-1))
        with pytest.raises(Killed):
            call(name, **asked, headers=keyed())
    done = without_keys(contents(aws))
    again = call(name, **asked, headers=keyed())
    assert again.status == status
    assert without_keys(contents(aws)) == done
    assert call(name, **asked, headers=keyed()).headers["idempotency-replayed"] == "true"


def test_request_that_is_still_being_answered_is_told_so(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(IdempotencyService, "keep", killed)
        with pytest.raises(Killed):
            call("send", **message(world), headers=keyed())
    monkeypatch.setattr("peerlearn.domain.retrying.time.sleep", lambda _: None)
    refused = call("send", **message(world), headers=keyed())
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (409, "CONFLICT", "1")


def without_keys(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # a course's number that was taken by a process that is gone is nobody's
    apart = ("IDEMPOTENCY#", "COURSES")
    return [item for item in items if not item["PK"]["S"].startswith(apart)]
