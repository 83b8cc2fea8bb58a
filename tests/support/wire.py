"""The wire between a client and DynamoDB: counts what crosses it, and breaks it where a test says so.

It sits below botocore, where its own retries see what happens, just as they see a real network:

    wire = Wire(client)
    wire.lose_reply("TransactWriteItems")             the call is done, the answer never comes: read timeout
    wire.refuse("TransactWriteItems", conflict(2))    DynamoDB answers with that error and does nothing
    wire.before("TransactWriteItems", action)         something else happens between two calls
    wire.forgets_tokens = True                        no try of a transaction is known as a repeated one

The first three take `times`. A client has its own connections: give every test a client of its own.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of DynamoDB's."""

    code: str
    status: int = 400
    reasons: Sequence[str] = ()

    def answer(self, url: str) -> AWSResponse:
        body: dict[str, Any] = {"__type": f"com.amazonaws.dynamodb.v20120810#{self.code}", "message": self.code}
        if self.reasons:
            # the message is where a client that knows no reasons reads them
            body["message"] = f"Transaction cancelled: [{', '.join(self.reasons)}]"
            body["CancellationReasons"] = [{"Code": reason} for reason in self.reasons]
        raw = _Raw(json.dumps(body).encode())
        headers = HTTPHeaders()
        headers["content-type"] = "application/x-amz-json-1.0"
        return AWSResponse(url, self.status, headers, raw)


def cancelled(*reasons: str) -> Refusal:
    """A transaction that was cancelled, with the reason of each of its writes."""
    return Refusal("TransactionCanceledException", reasons=reasons)


def conflict(writes: int, at: int = 0) -> Refusal:
    """Another transaction was at one of the items."""
    return cancelled(*("TransactionConflict" if number == at else "None" for number in range(writes)))


THROTTLED = Refusal("ThrottlingException")
BROKEN = Refusal("InternalServerError", status=500)


class _Raw:
    """As much of a connection's answer as botocore reads."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: object, **__: object) -> list[bytes]:
        return [self._body]


@dataclass(slots=True)
class _Plan:
    operation: str
    times: int
    refusal: Refusal | None = None
    action: Callable[[], object] | None = None


@dataclass(slots=True)
class Wire:
    """The calls of one client, in their order; `calls` has the operation of every single try."""

    client: DynamoDBClient
    calls: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    forgets_tokens: bool = False
    _plans: list[_Plan] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _send: Callable[[Any], Any] = field(init=False)

    def __post_init__(self) -> None:
        session = self.client._endpoint.http_session  # type: ignore[attr-defined]
        self._send = session.send
        session.send = self._through

    def lose_reply(self, operation: str, times: int = 1) -> None:
        """The next calls are done, and their answers are lost."""
        self._plans.append(_Plan(operation, times))

    def refuse(self, operation: str, refusal: Refusal, times: int = 1) -> None:
        """The next calls are not done but answered with an error."""
        self._plans.append(_Plan(operation, times, refusal=refusal))

    def before(self, operation: str, action: Callable[[], object], times: int = 1) -> None:
        """Something happens just before the next calls."""
        self._plans.append(_Plan(operation, times, action=action))

    def forget(self) -> None:
        """Nothing has been called yet, and nothing more will go wrong."""
        self.calls.clear()
        self.bodies.clear()
        self._plans.clear()

    def _through(self, request: Any) -> Any:
        operation = _text(request.headers["X-Amz-Target"]).rpartition(".")[2]
        with self._lock:
            self.calls.append(operation)
            body = json.loads(_text(request.body))
            self.bodies.append(body)
            plan = next((one for one in self._plans if one.operation == operation and one.times), None)
            if plan is not None:
                plan.times -= 1
        if self.forgets_tokens and "ClientRequestToken" in body:
            # as long as the old one; engines on this machine check no signature
            request.body = json.dumps(body | {"ClientRequestToken": str(uuid4())}, separators=(",", ":")).encode()
            request.headers["Content-Length"] = str(len(request.body))
        if plan is None:
            return self._send(request)
        if plan.refusal is not None:
            return plan.refusal.answer(request.url)
        if plan.action is not None:
            plan.action()
            return self._send(request)
        self._send(request)
        raise ReadTimeoutError(endpoint_url=request.url)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
