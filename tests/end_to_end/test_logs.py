"""Lines that `make logs` reads of the running stack: one id from API Gateway's request to the push that came of it."""

from __future__ import annotations

import asyncio
from typing import Any

from scripts.local_stack.logs import LogFollower
from tests.support import client as http
from tests.support.classroom import Classroom, eventually, heard_of, opened, run

# The push, and beside it the reminder in the evening of messages that are unread by then.
FOLLOWED = {
    "send": "answered",
    "notify": "told",
    "follow-up": "change followed up",
    "carry-on": "job carried on",
}


def test_a_message_is_found_by_its_request_up_to_the_push(stack: dict[str, Any]) -> None:
    async def test() -> None:
        classroom = Classroom(stack)
        sender, receiver = classroom.join(), classroom.join()
        follower = LogFollower(stack["endpoint"])
        lines: list[tuple[str, dict[str, Any]]] = []
        async with opened(receiver) as socket:
            body = {"receiverId": receiver.user["userId"], "message": "Shall we?"}
            sent = await asyncio.to_thread(sender.call, "POST", "/v1/learner/messages", body)
            pushed = (await heard_of(socket, "message.created"))["message.created"]
        assert pushed["data"]["messageId"] == sent["data"]["message"]["messageId"]
        told = f"message.created {pushed['eventId']}"

        def the_messages_own() -> dict[str, str]:
            """The request's lines by the function that wrote them: a push may be logged before its request's answer."""
            ids = {line["correlation_id"] for _, line in lines if told in line.get("events", ())}
            return {function: line["message"] for function, line in lines if line.get("correlation_id") in ids}

        def all_are_logged() -> bool:
            for one in follower.new_invocations():
                lines.extend((one.function, line) for line in one.lines if isinstance(line, dict))
            return len(the_messages_own()) >= len(FOLLOWED)

        await eventually(all_are_logged)
        assert the_messages_own() == FOLLOWED

    run(test)


def test_header_body_and_log_lines_have_one_id(stack: dict[str, Any]) -> None:
    client = http.Client(stack)
    learner = client.register()
    follower = LogFollower(stack["endpoint"])
    success = client.call("GET", "/v1/learner/me", as_=learner)
    missing = client.call("POST", "/v1/courses/crs_0/enroll", as_=learner)
    refused = client.call("GET", "/v1/learner/me")
    unknown = client.call("GET", "/v1/nowhere")
    answers = [success, missing, refused, unknown]
    assert [answer.status_code for answer in answers] == [200, 404, 401, 404]
    assert [answer.json()["requestId"] for answer in answers[1:]] == [
        answer.headers["x-amzn-RequestId"] for answer in answers[1:]
    ]
    assert all("x-amzn-RequestId" in answer.headers["Access-Control-Expose-Headers"].split(", ") for answer in answers)
    wanted = {answer.headers["x-amzn-RequestId"] for answer in answers}
    assert len(wanted) == 4
    logged: set[str] = set()

    def all_are_logged() -> bool:
        for one in follower.new_invocations():
            logged.update(line["correlation_id"] for line in one.lines if isinstance(line, dict))
        return wanted <= logged

    assert http.eventually(all_are_logged), wanted - logged
