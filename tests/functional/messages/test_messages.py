"""The messages and peers endpoints from event to answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.domain.users import Role
from peerlearn.persistence.table import Table
from tests.support.api import Answer
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import PASSWORD, People, Person

Call = Callable[..., Answer]


@pytest.fixture
def course_id(table: Table) -> str:
    return Courses(table).add(None)


@pytest.fixture
def ada(people: People, table: Table, course_id: str) -> Person:
    person = people.add(name="Ada")
    Learning(table).enroll(person.user_id, course_id)
    return person


@pytest.fixture
def bob(people: People, table: Table, course_id: str) -> Person:
    person = people.add(name="Bob")
    Learning(table).enroll(person.user_id, course_id)
    return person


def body(receiver: Person, **changes: object) -> dict[str, object]:
    return {"receiverId": receiver.user_id, "message": "hello"} | changes


@pytest.mark.parametrize(
    ("text", "to_another"),
    [("hello!", False), ("Hello", False), ("hello ", False), ("hello", True), ("hello!", True)],
)
def test_client_message_id_of_another_message_is_a_conflict(
    call: Call, ada: Person, bob: Person, people: People, table: Table, course_id: str, text: str, *, to_another: bool
) -> None:
    cleo = people.add(name="Cleo")
    Learning(table).enroll(cleo.user_id, course_id)
    first = call("send", body=body(bob, clientMessageId="1"), token=ada.token).body["data"]["message"]
    receiver = cleo if to_another else bob
    answer = call("send", body=body(receiver, message=text, clientMessageId="1"), token=ada.token)
    assert (answer.status, answer.code) == (409, "CONFLICT")
    # nothing is stored, the id stands for what it did, and is nobody else's
    assert call("send", body=body(bob, clientMessageId="1"), token=ada.token).body["data"]["message"] == first
    assert call("list_conversations", token=cleo.token).body["metadata"]["total"] == 0
    other = call("send", body=body(ada, message=text, clientMessageId="1"), token=bob.token)
    assert (other.status, other.body["data"]["message"]["seq"]) == (201, 2)


def test_sent_read_and_marked(call: Call, ada: Person, bob: Person) -> None:
    answer = call("send", body=body(bob, clientMessageId="1"), token=ada.token)
    assert answer.status == 201
    message = answer.body["data"]["message"]
    assert set(message) == {
        *("messageId", "conversationId", "seq", "senderId", "receiverId"),
        *("message", "isRead", "createdAt"),
    }
    assert (message["seq"], message["senderId"], message["receiverId"]) == (1, ada.user_id, bob.user_id)
    assert call("send", body=body(bob, clientMessageId="1"), token=ada.token).body["data"]["message"] == message

    listed = call("list_messages", query={"with": ada.user_id}, token=bob.token)
    assert listed.status == 200
    assert listed.body == {
        "status": "success",
        "data": {"peer": {"userId": ada.user_id, "name": ada.user.name}, "messages": [message]},
        "metadata": {"page": 1, "limit": 10, "total": 1},
    }
    conversations = call("list_conversations", token=bob.token).body
    assert conversations["data"]["conversations"] == [
        {"peer": {"userId": ada.user_id, "name": "Ada"}, "lastMessage": message, "unread": 1}
    ]
    assert conversations["metadata"]["total"] == 1

    path = {"peerId": ada.user_id}
    read = call("mark_read", body={"readUpTo": 1}, path=path, token=bob.token)
    assert read.status == 200
    assert read.body["data"]["conversation"] == {"peerId": ada.user_id, "readUpTo": 1, "unread": 0}
    seen = call("list_messages", query={"with": bob.user_id}, token=ada.token).body["data"]["messages"]
    assert seen == [message | {"isRead": True}]
    assert call("mark_read", body={"readUpTo": 2}, path=path, token=bob.token).code == "VALIDATION_FAILED"


def test_a_conversation_walked_by_cursor_in_both_directions(call: Call, ada: Person, bob: Person) -> None:
    for number in range(1, 6):
        call("send", body=body(bob, message=str(number)), token=ada.token)

    def walked(query: dict[str, str]) -> list[list[int]]:
        pages = []
        while True:
            answer = call("list_messages", query=query, token=ada.token)
            assert answer.status == 200, answer
            assert answer.body["metadata"]["total"] == 5
            pages.append([message["seq"] for message in answer.body["data"]["messages"]])
            following = answer.body["metadata"].get("next")
            if following is None:
                return pages
            query = {"with": bob.user_id, "limit": "2", "cursor": following}

    assert walked({"with": bob.user_id, "limit": "2"}) == [[4, 5], [2, 3], [1]]
    assert walked({"with": bob.user_id, "limit": "2", "after": "0"}) == [[1, 2], [3, 4], [5]]
    assert walked({"with": bob.user_id, "limit": "2", "before": "5"}) == [[3, 4], [1, 2]]
    first = call("list_messages", query={"with": bob.user_id, "limit": "2"}, token=ada.token)
    cursor = first.body["metadata"]["next"]
    other = call("list_messages", query={"with": ada.user_id, "cursor": cursor}, token=bob.token)
    assert (other.status, other.code) == (422, "VALIDATION_FAILED")


@pytest.mark.parametrize(
    "changes",
    [
        {"message": ""},
        {"message": "x" * 4001},
        {"message": 5},
        {"receiverId": ""},
        {"receiverId": "not an id"},
        {"senderId": "usr_somebody"},
        {"clientMessageId": ""},
        {"clientMessageId": "x" * 129},
    ],
)
def test_bad_bodies(call: Call, ada: Person, bob: Person, changes: dict[str, object]) -> None:
    answer = call("send", body=body(bob, **changes), token=ada.token)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [field["field"] for field in answer.body["details"]["fields"]] == list(changes)


@pytest.mark.parametrize("text", ["x", "x" * 4000, "\U0001f600" * 4000, " x ", "a\tb\r\nc", "<script>"])
def test_any_text_comes_back_as_it_was(call: Call, ada: Person, bob: Person, text: str) -> None:
    assert call("send", body=body(bob, message=text), token=ada.token).status == 201
    listed = call("list_messages", query={"with": ada.user_id}, token=bob.token)
    assert listed.body["data"]["messages"][0]["message"] == text


def test_out_of_reach(call: Call, people: People, ada: Person) -> None:
    stranger = people.add()
    answer = call("send", body=body(stranger), token=ada.token)
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    answer = call("send", body={"receiverId": "usr_nobody", "message": "x"}, token=ada.token)
    assert (answer.status, answer.code) == (404, "USER_NOT_FOUND")
    answer = call("send", body=body(ada), token=ada.token)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    answer = call("list_messages", query={"with": "usr_nobody"}, token=ada.token)
    assert (answer.status, answer.code) == (404, "USER_NOT_FOUND")
    answer = call("mark_read", body={"readUpTo": 1}, path={"peerId": stranger.user_id}, token=ada.token)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert call("list_conversations", token=ada.token).body["metadata"]["total"] == 0


def test_a_conversation_names_the_other_before_it_begins_and_after_they_have_gone(
    call: Call, people: People, ada: Person, bob: Person
) -> None:
    stranger = people.add(name="Eve")
    answer = call("list_messages", query={"with": stranger.user_id}, token=ada.token)
    assert answer.body["data"] == {"peer": {"userId": stranger.user_id, "name": "Eve"}, "messages": []}
    call("send", body=body(bob), token=ada.token)
    call("erase_account", body={"password": PASSWORD}, token=bob.token)
    for query in ({}, {"after": "0"}, {"before": "2"}):
        answer = call("list_messages", query={"with": bob.user_id, **query}, token=ada.token)
        assert answer.body["data"]["peer"] == {"userId": bob.user_id, "name": "Former learner"}


@pytest.mark.parametrize(
    "query", [{}, {"with": "usr_1", "after": "x"}, {"with": "usr_1", "after": "1", "before": "2"}, {"with": "a b"}]
)
def test_bad_queries(call: Call, ada: Person, query: dict[str, str]) -> None:
    assert call("list_messages", query=query, token=ada.token).code == "VALIDATION_FAILED"


@pytest.mark.parametrize("name", ["send", "list_messages", "list_conversations", "mark_read", "find_peers"])
def test_nobody_without_a_token(call: Call, name: str) -> None:
    assert (call(name).status, call(name).code) == (401, "UNAUTHENTICATED")


def test_interests_of_two_spellings_are_common(call: Call, ada: Person, bob: Person) -> None:
    spellings = ("Économie", "İstanbul", "か"), ("E\u0301CONOMIE", "istanbul", "が")
    for person, interests in zip((ada, bob), spellings, strict=True):
        assert call("update_profile", token=person.token, body={"interests": interests}).status == 200
    (peer,) = call("find_peers", token=ada.token).body["data"]["peers"]
    assert peer["commonInterests"] == ["Économie", "İstanbul"]


def test_peers(call: Call, people: People, table: Table, ada: Person, bob: Person, course_id: str) -> None:
    tutor = people.add(Role.TUTOR)
    answer = call("find_peers", token=ada.token)
    assert answer.status == 200
    assert answer.body["data"]["peers"] == [
        {
            "userId": bob.user_id,
            "name": "Bob",
            "interests": ["chess"],
            "sharedCourses": [{"courseId": course_id, "title": "Chess endgames"}],
            "commonInterests": ["chess"],
            "score": 13,
        }
    ]
    assert answer.body["metadata"] == {"page": 1, "limit": 10, "total": 1}
    assert "@" not in str(answer.body)
    assert call("find_peers", query={"courseId": course_id}, token=ada.token).body["metadata"]["total"] == 1
    assert call("find_peers", query={"courseId": "crs_none"}, token=ada.token).code == "COURSE_NOT_FOUND"
    assert call("find_peers", query={"courseId": Courses(table).add()}, token=ada.token).code == "NOT_ENROLLED"
    assert call("find_peers", token=tutor.token).body["data"]["peers"] == []
