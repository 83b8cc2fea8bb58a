"""Tickets and the WebSocket's routes, from event to answer."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.accounts import sign_out_service
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.table import Table
from peerlearn.settings import settings
from peerlearn.snapshots import forget_providers
from tests.support.api import Answer, Context, event_of
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]
Told = dict[str, Any]

MESSAGES: dict[str, Told] = {
    "send_message": {"action": "sendMessage", "receiverId": "usr_0", "message": "hello", "clientMessageId": "same"},
    "mark_conversation_read": {"action": "markRead", "peerId": "usr_0", "readUpTo": 1},
    "announce_typing": {"action": "typing", "receiverId": "usr_0"},
    "ping": {"action": "ping"},
    "unknown_action": {"action": "dance"},
}


@pytest.fixture(autouse=True)
def endpoint(monkeypatch: pytest.MonkeyPatch, aws: DynamoDBClient) -> Iterator[None]:  # noqa: ARG001 (before settings are read)
    monkeypatch.setenv("MANAGEMENT_ENDPOINT", "https://realtime.example/live")
    return iter([None])


@pytest.fixture
def ada(people: People) -> Person:
    return people.add(name="Ada")


@pytest.fixture
def bob(people: People, table: Table, ada: Person) -> Person:
    person = people.add(name="Bob")
    course_id = Courses(table).add(None)
    for learner in (ada, person):
        Learning(table).enroll(learner.user_id, course_id)
    return person


def invoke(name: str, event: dict[str, Any]) -> dict[str, Any]:
    handler = importlib.import_module(f"functions.realtime.{name}").lambda_handler
    answer: dict[str, Any] = handler(event, cast("LambdaContext", Context()))
    return answer


def authorizer_of(person: Person) -> dict[str, str]:
    return {
        "principalId": person.user_id,
        "userId": person.user_id,
        "role": person.user.role.value,
        "sessionId": person.session.session_id,
    }


def told(name: str, person: Person, message: object = None) -> Told:
    """The answer to a message: that of the event file, or another one."""
    event = event_of(name)
    event["requestContext"]["authorizer"] = authorizer_of(person)
    if message is not None:
        event["body"] = message if isinstance(message, str) else json.dumps(message)
    answer = invoke(name, event)
    assert answer["statusCode"] == 200
    result: Told = json.loads(answer["body"])
    return result


def test_a_ticket_opens_once(call: Call, ada: Person) -> None:
    answer = call("create_ticket", token=ada.token)
    assert answer.status == 201
    issued = answer.body["data"]
    assert set(issued) == {"ticket", "webSocketUrl", "expiresAt"}
    assert issued["webSocketUrl"] == "wss://realtime.example/live"
    event = event_of("authorize")
    event["queryStringParameters"]["ticket"] = issued["ticket"]
    opened = invoke("authorize", event)
    assert opened["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert {**opened["context"], "principalId": opened["principalId"]} == authorizer_of(ada)
    again = invoke("authorize", event)
    assert again["policyDocument"]["Statement"] == [
        {"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": event["methodArn"]}
    ]
    assert "context" not in again


def test_no_ticket_without_a_token(call: Call) -> None:
    assert call("create_ticket").status == 401


def test_connect_and_disconnect(table: Table, ada: Person) -> None:
    store = ConnectionRepository(table)
    for name, expected in (("connect", 1), ("disconnect", 0)):
        event = event_of(name)
        event["requestContext"]["authorizer"] = authorizer_of(ada)
        assert invoke(name, event) == {"statusCode": 200}
        assert len(store.of_user(ada.user_id)) == expected


def test_session_that_has_ended_neither_connects_nor_sends(table: Table, ada: Person, bob: Person) -> None:
    sign_out_service().logout(ada.refresh_token)
    event = event_of("connect")
    event["requestContext"]["authorizer"] = authorizer_of(ada)
    assert invoke("connect", event) == {"statusCode": 401}
    assert ConnectionRepository(table).of_user(ada.user_id) == []
    for name, message in MESSAGES.items():
        answer = told(name, ada, message | {"receiverId": bob.user_id} if "receiverId" in message else message)
        assert (name, answer["code"]) == (name, "UNAUTHENTICATED")


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_message_past_the_limit_is_refused(
    ada: Person, bob: Person, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message counts, also a refused one, and one sent again."""
    told("send_message", bob, MESSAGES["send_message"] | {"receiverId": ada.user_id})
    monkeypatch.setenv("LIMITS", "socket-messages=3/60")
    forget_providers()
    message = MESSAGES[name]
    message |= {key: bob.user_id for key in ("receiverId", "peerId") if key in message}
    told(name, ada, "not JSON")
    answers = [told(name, ada, message) for _ in range(3)]
    assert [answer.get("code") == "TOO_MANY_REQUESTS" for answer in answers] == [False, False, True]
    assert answers[-1]["details"]["limit"] == "socket-messages"


@pytest.mark.parametrize("name", ["connect", "disconnect"])
def test_a_message_cannot_pose_as_a_connection(table: Table, ada: Person, name: str) -> None:
    event = event_of("connect")
    event["requestContext"]["authorizer"] = authorizer_of(ada)
    invoke("connect", event)
    event = event_of("ping")
    event["requestContext"] |= {"authorizer": authorizer_of(ada), "routeKey": f"${name}"}
    event["body"] = json.dumps({"action": f"${name}"})
    assert json.loads(invoke(name, event)["body"])["code"] == "VALIDATION_FAILED"
    assert len(ConnectionRepository(table).of_user(ada.user_id)) == 1


def test_a_wrong_message_is_told_the_rules_that_it_breaks(ada: Person) -> None:
    answer = told("send_message", ada, {"action": "sendMessage", "receiverId": "?", "message": "x" * 4001})
    assert [(one["field"], one["rule"], one.get("limit")) for one in answer["details"]["fields"]] == [
        ("receiverId", "malformed", None),
        ("message", "too_long", 4000),
    ]


def test_send_and_mark_read(ada: Person, bob: Person) -> None:
    message = {"action": "sendMessage", "receiverId": bob.user_id, "message": "hello", "clientMessageId": "1"}
    accepted = told("send_message", ada, message)
    assert (accepted["type"], accepted["clientMessageId"]) == ("message.accepted", "1")
    assert (accepted["data"]["seq"], accepted["data"]["senderId"]) == (1, ada.user_id)
    assert told("send_message", ada, message) == accepted
    refused = told("send_message", ada, message | {"message": "Hello"})
    assert (refused["type"], refused["code"], refused["clientMessageId"]) == ("error", "CONFLICT", "1")
    read = {"action": "markRead", "peerId": ada.user_id, "readUpTo": 1}
    assert told("mark_conversation_read", bob, read) == {
        "type": "conversation.read",
        "data": {"peerId": ada.user_id, "readUpTo": 1, "unread": 0},
    }


def test_ping(ada: Person) -> None:
    assert told("ping", ada) == {"type": "pong"}


@pytest.mark.parametrize(
    ("name", "message", "code"),
    [
        ("unknown_action", "not JSON", "MALFORMED_REQUEST"),
        ("unknown_action", "[]", "MALFORMED_REQUEST"),
        ("unknown_action", "", "MALFORMED_REQUEST"),
        ("unknown_action", '{"action": "a", "action": "b"}', "MALFORMED_REQUEST"),
        ("unknown_action", '{"action": "\\ud800"}', "MALFORMED_REQUEST"),
        ("unknown_action", "[" * 1000, "MALFORMED_REQUEST"),
        ("unknown_action", {"action": "dance"}, "VALIDATION_FAILED"),
        ("unknown_action", {}, "VALIDATION_FAILED"),
        ("unknown_action", {"action": "x" * 33 * 1024}, "PAYLOAD_TOO_LARGE"),
        ("send_message", {"action": "sendMessage"}, "VALIDATION_FAILED"),
        ("send_message", {"action": "sendMessage", "receiverId": "u", "message": "x" * 33 * 1024}, "PAYLOAD_TOO_LARGE"),
        ("send_message", {"action": "sendMessage", "receiverId": "u", "message": 1}, "VALIDATION_FAILED"),
        ("send_message", {"action": "sendMessage", "receiverId": "usr_nobody", "message": "x"}, "USER_NOT_FOUND"),
        ("mark_conversation_read", {"action": "markRead", "peerId": "u", "readUpTo": "1"}, "VALIDATION_FAILED"),
        ("mark_conversation_read", {"action": "markRead", "peerId": "u", "readUpTo": 0}, "VALIDATION_FAILED"),
        ("mark_conversation_read", {"action": "markRead", "peerId": "usr_nobody", "readUpTo": 1}, "NOT_FOUND"),
        ("announce_typing", {"action": "typing", "receiverId": "usr_nobody"}, "USER_NOT_FOUND"),
        ("ping", {"action": "ping", "userId": "usr_somebody"}, "VALIDATION_FAILED"),
    ],
)
def test_errors_are_answers(ada: Person, name: str, message: object, code: str) -> None:
    answer = told(name, ada, message if message != "" else "")
    assert (answer["type"], answer["code"]) == ("error", code)
    assert answer["message"]
    assert answer["timestamp"].endswith("Z")


def test_longest_message_is_taken_however_it_is_spelled(ada: Person, bob: Person) -> None:
    message = {
        "action": "sendMessage",
        "receiverId": bob.user_id,
        "message": "\U0001f600" * 4000,
        "clientMessageId": "a",
    }
    for ascii_alone in (True, False):
        answer = told("send_message", ada, json.dumps(message, ensure_ascii=ascii_alone))
        assert (answer["type"], answer["clientMessageId"]) == ("message.accepted", "a")


def test_message_that_is_too_large_is_named(ada: Person) -> None:
    message = {"action": "sendMessage", "receiverId": "u", "message": "x" * 33 * 1024, "clientMessageId": "mine"}
    assert told("send_message", ada, message)["clientMessageId"] == "mine"
    answer = told("send_message", ada, {**message, "message": "x" * 129 * 1024})
    assert answer["code"] == "PAYLOAD_TOO_LARGE"


def test_a_limit_says_when_to_try_again(ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMITS", "messages=1/60")
    settings.cache_clear()
    message = {"action": "sendMessage", "receiverId": bob.user_id, "message": "Hello"}
    assert told("send_message", ada, message)["type"] == "message.accepted"
    answer = told("send_message", ada, message)
    assert (answer["code"], answer["details"]["limit"]) == ("TOO_MANY_REQUESTS", "messages")
    assert 1 <= answer["retryAfter"] <= 60
    unfit = {"action": "markRead", "peerId": "usr_nobody", "readUpTo": 1}
    assert "retryAfter" not in told("mark_conversation_read", ada, unfit)


def test_a_fault_of_ours_is_an_answer_too(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("table peerlearn is on fire")

    monkeypatch.setattr("functions.realtime.send_message.message_service", broken)
    message = {"action": "sendMessage", "receiverId": "usr_1", "message": "x", "clientMessageId": "7"}
    answer = told("send_message", ada, message)
    assert (answer["type"], answer["code"], answer["clientMessageId"]) == ("error", "INTERNAL_ERROR", "7")
    assert "table" not in answer["message"].lower()
