"""People on the running stack who share a course, and their sockets."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import boto3
from websockets.asyncio.client import ClientConnection, connect

from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from scripts.chat_api import Api
from scripts.local_stack.environment import ACCESS_KEY
from tests.support.courses import Courses

PASSWORD = "Analytical-1843"
# The stack serves one request of a function at a time, and a cold function takes a second.
PATIENCE = 60.0


class Classroom:
    """People who share a course of their own."""

    def __init__(self, stack: dict[str, Any]) -> None:
        self._stack = stack
        client = boto3.client(
            "dynamodb",
            endpoint_url=stack["endpoint"],
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=ACCESS_KEY,
            aws_session_token="",
        )
        self.table = Table(client, stack["tableName"])
        self.enrollments = EnrollmentService(EnrollmentRepository(self.table))
        self.course_id = Courses(self.table).add(None)

    def join(self, *, enrolled: bool = True) -> Api:
        """A new learner, signed in."""
        email = f"{uuid.uuid4().hex}@classroom.example"
        api = Api(self._stack["apiUrl"], email, PASSWORD)
        body = {"name": "Ada Lovelace", "email": email, "password": PASSWORD, "interests": ["chess"]}
        api.call("POST", "/v1/learner/auth/register", body)
        api.sign_in()
        if enrolled:
            self.enrollments.enroll(api.user["userId"], self.course_id)
        return api


def opened(api: Api) -> AbstractAsyncContextManager[ClientConnection]:
    ticket = api.call("POST", "/v1/learner/realtime/ticket")["data"]
    return connect(f"{ticket['webSocketUrl']}?ticket={ticket['ticket']}", open_timeout=PATIENCE, max_size=None)


async def ask(socket: ClientConnection, message: object) -> dict[str, Any]:
    """The next thing that comes, which is the answer where nothing is pushed."""
    await socket.send(message if isinstance(message, str) else json.dumps(message))
    return await heard(socket)


async def heard(socket: ClientConnection) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
    return event


async def heard_of(socket: ClientConnection, *types: str) -> dict[str, dict[str, Any]]:
    """Return the messages that come until each of these types has come."""
    events: dict[str, dict[str, Any]] = {}
    while not set(types) <= set(events):
        event = await heard(socket)
        events[event["type"]] = event
    return events


async def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]
