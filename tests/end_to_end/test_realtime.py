"""Two and more people on the running stack: tickets, messages, pushes, cut-offs, ends of sessions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.persistence import keys
from peerlearn.persistence.items.courses import course_item, course_of
from peerlearn.persistence.writes import put, update
from scripts.chat_api import Api, ApiError
from tests.support.classroom import PASSWORD, PATIENCE, Classroom, ask, heard, heard_of, opened, run
from tests.support.courses import Courses

# -- handshake --------------------------------------------------------------------------------------------------------


async def status_of_handshake(address: str) -> int:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(address, open_timeout=PATIENCE):
            pass
    return refused.value.response.status_code


def test_handshake_without_with_a_foreign_and_with_a_used_ticket(stack: dict[str, Any], classroom: Classroom) -> None:
    async def test() -> None:
        url = stack["webSocketUrl"]
        api = classroom.join()
        assert await status_of_handshake(url) == 401
        assert await status_of_handshake(f"{url}?ticket=") == 401
        assert await status_of_handshake(f"{url}?ticket=nobody-issued-this") == 403
        assert await status_of_handshake(f"{url}?ticket={api._token}") == 403
        answer = api.call("POST", "/v1/learner/realtime/ticket")["data"]
        assert answer["webSocketUrl"] == url
        address = f"{url}?ticket={answer['ticket']}"
        async with connect(address, open_timeout=PATIENCE) as socket:
            assert await ask(socket, {"action": "ping"}) == {"type": "pong"}
        assert await status_of_handshake(address) == 403

    run(test)


def test_ticket_of_an_ended_session(stack: dict[str, Any], classroom: Classroom) -> None:
    async def test() -> None:
        api = classroom.join()
        ticket = api.call("POST", "/v1/learner/realtime/ticket")["data"]["ticket"]
        api.call("POST", "/v1/learner/auth/password", {"currentPassword": PASSWORD, "newPassword": "Difference-1822"})
        other = Api(stack["apiUrl"], api.user["email"], "Difference-1822")
        other.sign_in()
        other.call("POST", "/v1/learner/auth/password", {"currentPassword": "Difference-1822", "newPassword": PASSWORD})
        assert await status_of_handshake(f"{stack['webSocketUrl']}?ticket={ticket}") == 403
        with pytest.raises(ApiError) as refused:
            api._request("POST", "/v1/learner/realtime/ticket")
        assert refused.value.status == 401

    run(test)


# -- messages ---------------------------------------------------------------------------------------------------------


def test_a_message_is_accepted_pushed_to_every_device_and_read(classroom: Classroom) -> None:
    async def test() -> None:
        ada, bob = classroom.join(), classroom.join()
        async with opened(ada) as laptop, opened(ada) as phone, opened(bob) as peer:
            sent = {
                "action": "sendMessage",
                "receiverId": bob.user["userId"],
                "message": "hello",
                "clientMessageId": "1",
            }
            accepted = await ask(laptop, sent)
            assert accepted["type"] == "message.accepted"
            assert accepted["clientMessageId"] == "1"
            message = accepted["data"]
            assert (message["seq"], message["senderId"], message["isRead"]) == (1, ada.user["userId"], False)
            pushed, mirrored = await heard(peer), await heard(phone)
            assert pushed == mirrored
            assert (pushed["type"], pushed["data"], pushed["occurredAt"]) == (
                "message.created",
                message,
                message["createdAt"],
            )

            assert await ask(laptop, sent) == accepted
            inbox = bob.call("GET", "/v1/learner/conversations")
            assert inbox["metadata"]["total"] == 1
            assert inbox["data"]["conversations"] == [
                {
                    "peer": {"userId": ada.user["userId"], "name": "Ada Lovelace"},
                    "lastMessage": message,
                    "unread": 1,
                }
            ]

            read = await ask(peer, {"action": "markRead", "peerId": ada.user["userId"], "readUpTo": 1})
            assert read == {
                "type": "conversation.read",
                "data": {"peerId": ada.user["userId"], "readUpTo": 1, "unread": 0},
            }
            told = await heard(laptop)
            assert told["type"] == "message.read"
            assert told["data"]["readerId"] == bob.user["userId"]
            assert told["data"]["readUpTo"] == 1
            page = ada.call("GET", "/v1/learner/messages", **{"with": bob.user["userId"]})
            assert page["data"]["messages"] == [message | {"isRead": True}]

            assert await ask(peer, {"action": "typing", "receiverId": ada.user["userId"]}) == {
                "type": "typing.accepted"
            }
            typing = await heard(laptop)
            assert (typing["type"], typing["data"]["senderId"]) == ("typing", bob.user["userId"])

    run(test)


def test_wrong_message_is_answered_and_the_connection_stays(classroom: Classroom) -> None:
    async def test() -> None:
        ada, stranger = classroom.join(), classroom.join(enrolled=False)
        text = {"action": "sendMessage", "receiverId": stranger.user["userId"], "message": "x"}
        cases: list[tuple[object, str]] = [
            ("this is not JSON", "MALFORMED_REQUEST"),
            ("[1]", "MALFORMED_REQUEST"),
            ({"action": "dance"}, "VALIDATION_FAILED"),
            ({"action": "$disconnect"}, "VALIDATION_FAILED"),
            ({"action": "$connect"}, "VALIDATION_FAILED"),
            ({"no": "action"}, "VALIDATION_FAILED"),
            ({"action": "sendMessage", "message": "x"}, "VALIDATION_FAILED"),
            (text | {"senderId": "usr_somebody"}, "VALIDATION_FAILED"),
            (text | {"message": ""}, "VALIDATION_FAILED"),
            (text | {"message": "x" * 4001}, "VALIDATION_FAILED"),
            (text | {"message": "x" * 33 * 1024}, "PAYLOAD_TOO_LARGE"),
            (text, "FORBIDDEN"),
            (text | {"receiverId": "usr_nobody"}, "USER_NOT_FOUND"),
            (text | {"receiverId": ada.user["userId"]}, "VALIDATION_FAILED"),
            ({"action": "typing", "receiverId": stranger.user["userId"]}, "FORBIDDEN"),
            ({"action": "markRead", "peerId": stranger.user["userId"], "readUpTo": 1}, "NOT_FOUND"),
        ]
        async with opened(ada) as socket:
            for message, code in cases:
                answer = await ask(socket, message)
                assert (answer["type"], answer["code"]) == ("error", code), message
                assert answer["timestamp"].endswith("Z")
            assert await ask(socket, {"action": "ping"}) == {"type": "pong"}

    run(test)


# -- what else is pushed ----------------------------------------------------------------------------------------------


def test_promotion_and_a_moved_session_are_pushed(classroom: Classroom) -> None:
    async def test() -> None:
        ada, bob = classroom.join(), classroom.join()
        course_id = Courses(classroom.table).add(1)
        classroom.enrollments.enroll(bob.user["userId"], course_id)
        classroom.enrollments.join_waitlist(ada.user["userId"], course_id)
        session_id = a_session(classroom)
        classroom.enrollments.enroll(ada.user["userId"], session_id)
        async with opened(ada) as socket:
            classroom.enrollments.withdraw(bob.user["userId"], course_id)
            promoted = (await heard_of(socket, "enrollment.promoted"))["enrollment.promoted"]
            assert (promoted["data"]["courseId"], promoted["data"]["status"]) == (course_id, "active")
            close_session(classroom, session_id)
            updated = (await heard_of(socket, "session.updated"))["session.updated"]
            assert (updated["data"]["courseId"], updated["data"]["status"]) == (session_id, "closed")

    run(test)


def test_a_session_moved_onto_another_is_told_to_its_learner(classroom: Classroom) -> None:
    async def test() -> None:
        ada = classroom.join()
        moved, other = a_session(classroom), a_session(classroom, days=3)
        for session_id in (moved, other):
            classroom.enrollments.enroll(ada.user["userId"], session_id)
        async with opened(ada) as socket:
            move_session(classroom, moved, days=3)
            heard = await heard_of(socket, "session.updated", "schedule.conflicted")
            data = heard["schedule.conflicted"]["data"]
            assert (data["courseId"], data["conflictsWith"]) == (moved, other)
            assert data["startsAt"] == heard["session.updated"]["data"]["startsAt"]

    run(test)


def move_session(classroom: Classroom, session_id: str, days: int) -> None:
    """As the change of its author does: the course and its seats get the new time."""
    courses, begin = Courses(classroom.table), utc_now() + timedelta(days=days)
    end = begin + timedelta(hours=1)
    courses.set_seats(replace(courses.seats(session_id), starts_at=begin, ends_at=end))
    before = course_of(classroom.table.get(keys.course(session_id)) or {})
    after = replace(before, version=before.version + 1, starts_at=begin, ends_at=end)
    classroom.table.write(put(course_item(after)))


def a_session(classroom: Classroom, days: int = 2) -> str:
    begin = utc_now() + timedelta(days=days)
    return Courses(classroom.table).add(5, slot=(begin, begin + timedelta(hours=1)))


def close_session(classroom: Classroom, session_id: str) -> None:
    assert course_of(classroom.table.get(keys.course(session_id)) or {}).status is CourseStatus.PUBLISHED
    closed = update(
        keys.course(session_id),
        "SET #status = :closed, #version = #version + :one",
        names={"#status": "status", "#version": "version"},
        values={":closed": "closed", ":one": 1},
    )
    classroom.table.write(closed)


# -- ends of sessions -------------------------------------------------------------------------------------------------


def test_a_connection_ends_with_its_session(classroom: Classroom) -> None:
    async def test() -> None:
        api = classroom.join()
        body = {"email": api.user["email"], "password": PASSWORD}
        signed_in = api._request("POST", "/v1/learner/auth/login", body)
        async with opened(api) as staying:
            api._token, kept = signed_in["token"], api._token
            async with opened(api) as leaving:
                assert await ask(leaving, {"action": "ping"}) == {"type": "pong"}
                api._request("POST", "/v1/learner/auth/logout", {"refreshToken": signed_in["refreshToken"]})
                with pytest.raises(ConnectionClosed):
                    await asyncio.wait_for(leaving.recv(), PATIENCE)
            assert await ask(staying, {"action": "ping"}) == {"type": "pong"}
            api._token = kept
            # a new password, set from a third sign-in, ends all others
            third = api._request("POST", "/v1/learner/auth/login", body)
            api._token = third["token"]
            api._request(
                "POST", "/v1/learner/auth/password", {"currentPassword": PASSWORD, "newPassword": "Difference-1822"}
            )
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(staying.recv(), PATIENCE)

    run(test)
