"""The wire between a client and AWS: counts what crosses it, and breaks it where a test says so.

It sits below botocore, where its own retries see what happens, just as they see a real network:

    wire = Wire(client)
    wire.lose_reply("TransactWriteItems")             the call is done, the answer never comes: read timeout
    wire.refuse("TransactWriteItems", conflict(2))    DynamoDB answers with that error and does nothing
    wire.before("TransactWriteItems", action)         something else happens between two calls
    wire.forgets_tokens = True                        no try of a transaction is known as a repeated one

The first three take `times`. What is to befall any call, chosen by a rule, is for a judge, who is asked of every try:

    wire.judge = at_random(Random(seed), 0.3)         three in ten tries meet one of the faults
    wire.judge = lambda one: Fault.LOST if one.writes else None

And what if a condition were not there? The product is not touched, its writes are weakened on their way:

    wire.rewrite = without_conditions(lambda write: write.sk == "A#SEATS")

A client has its own connections: give every test a client of its own.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

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
        return respond(url, self.status, json.dumps(body).encode())


def cancelled(*reasons: str) -> Refusal:
    """A transaction that was cancelled, with the reason of each of its writes."""
    return Refusal("TransactionCanceledException", reasons=reasons)


def conflict(writes: int, at: int = 0) -> Refusal:
    """Another transaction was at one of the items."""
    return cancelled(*("TransactionConflict" if number == at else "None" for number in range(writes)))


# For clients set up as in Lambda: a busy machine takes longer, and no answer is to be lost unless a test says so.
PATIENT = Config(connect_timeout=60, read_timeout=60)

THROTTLED = Refusal("ThrottlingException")
OVERRUN = Refusal("ProvisionedThroughputExceededException")
BROKEN = Refusal("InternalServerError", status=500)


def respond(url: str, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> AWSResponse:
    """An answer as it comes from the network."""
    given = HTTPHeaders()
    for name, value in {"content-type": "application/x-amz-json-1.0", **(headers or {})}.items():
        given[name] = value
    return AWSResponse(url, status, given, _Raw(body))


class Fault(StrEnum):
    """A fault that may befall one try of a call."""

    CONFLICT = "conflict"  # refused: another transaction is at the same items; only writes know this one
    THROTTLED = "throttled"  # refused: too many calls
    OVERRUN = "overrun"  # refused: too many units; of a transaction, with a reason for each of its writes
    BROKEN = "broken"  # refused: 500
    TIMEOUT = "timeout"  # not done, and no answer
    DROPPED = "dropped"  # not even a connection
    LOST = "lost"  # done, and no answer


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a call: the operation by its name, or by its method where the service has no names on the wire."""

    service: str
    operation: str
    body: dict[str, Any]
    number: int

    @property
    def writes(self) -> bool:
        return self.operation in (*_SINGLE_WRITES, _TRANSACTION, "BatchWriteItem")

    def refusal(self, fault: Fault) -> Refusal | None:
        """How the service puts it; None where it never says so."""
        if self.service != "dynamodb":
            return _ELSEWHERE.get(self.service, {}).get(fault)
        if self.operation == _TRANSACTION:
            reasons = {Fault.CONFLICT: "TransactionConflict", Fault.OVERRUN: "ProvisionedThroughputExceeded"}
            if fault in reasons:
                writes = len(self.body["TransactItems"])
                return cancelled(*(reasons[fault] if number == writes - 1 else "None" for number in range(writes)))
        elif fault is Fault.CONFLICT:
            return Refusal("TransactionConflictException") if self.operation in _SINGLE_WRITES else None
        return {Fault.THROTTLED: THROTTLED, Fault.OVERRUN: OVERRUN, Fault.BROKEN: BROKEN}.get(fault)

    def suffers(self, fault: Fault) -> bool:
        """Whether that can happen to it."""
        return fault in _NO_ANSWER or self.refusal(fault) is not None


Judge = Callable[[Try], Fault | None]
Rewrite = Callable[[str, dict[str, Any]], dict[str, Any]]

_SINGLE_WRITES = ("PutItem", "UpdateItem", "DeleteItem")
_TRANSACTION = "TransactWriteItems"
_NO_ANSWER = (Fault.TIMEOUT, Fault.DROPPED, Fault.LOST)
_ELSEWHERE = {
    "secretsmanager": {Fault.THROTTLED: THROTTLED, Fault.BROKEN: Refusal("InternalServiceError", status=500)},
    "sqs": {Fault.THROTTLED: Refusal("RequestThrottled"), Fault.BROKEN: Refusal("InternalError", status=500)},
    "sesv2": {
        Fault.THROTTLED: Refusal("TooManyRequestsException", status=429),
        Fault.BROKEN: Refusal("InternalServiceErrorException", status=500),
    },
    "s3": {Fault.THROTTLED: Refusal("SlowDown", status=503), Fault.BROKEN: Refusal("InternalError", status=500)},
    "apigatewaymanagementapi": {
        Fault.THROTTLED: Refusal("LimitExceededException", status=429),
        Fault.BROKEN: Refusal("InternalServerError", status=500),
    },
}


def at_random(chance: Random, rate: float, *faults: Fault) -> Judge:
    """Each try meets one of the faults (of all, where none is named) with that probability."""

    def judge(one: Try) -> Fault | None:
        if chance.random() >= rate:
            return None
        return chance.choice([fault for fault in faults or tuple(Fault) if one.suffers(fault)])

    return judge


@dataclass(frozen=True, slots=True)
class Written:
    """One write of a call, as its saboteur sees it: `action` is Put, Update, Delete or ConditionCheck."""

    action: str
    pk: str
    sk: str
    condition: str


def writes_of(operation: str, body: dict[str, Any]) -> Iterator[tuple[Written, dict[str, Any]]]:
    """The writes of a call that have a condition, each with its part of the body."""
    parts: list[tuple[str, dict[str, Any]]] = []
    if operation == _TRANSACTION:
        parts = [next(iter(write.items())) for write in body["TransactItems"]]
    elif operation in _SINGLE_WRITES:
        parts = [(operation.removesuffix("Item"), body)]
    for action, part in parts:
        if "ConditionExpression" in part:
            key = part.get("Key") or part["Item"]
            yield Written(action, key["PK"]["S"], key["SK"]["S"], part["ConditionExpression"]), part


def without_conditions(matching: Callable[[Written], bool]) -> Rewrite:
    """Makes the conditions of such writes true whatever is there, as if they had been forgotten.

    They stay in the expression, since DynamoDB refuses names and values that nothing uses.
    """

    def rewrite(operation: str, body: dict[str, Any]) -> dict[str, Any]:
        for write, part in writes_of(operation, body):
            if matching(write):
                anything = "attribute_exists(PK) OR attribute_not_exists(PK)"
                part["ConditionExpression"] = f"({write.condition}) OR {anything}"
        return body

    return rewrite


class _Raw:
    """As much of a connection's answer as botocore reads."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: object, **__: object) -> list[bytes]:
        return [self._body]

    def read(self, *_: object) -> bytes:
        body, self._body = self._body, b""
        return body


@dataclass(slots=True)
class _Plan:
    operation: str
    times: int
    refusal: Refusal | None = None
    action: Callable[[], object] | None = None


@dataclass(slots=True)
class Wire:
    """The calls of one client, in their order; `calls` has the operation of every single try.

    Attributes
    ----------
    server: callable, optional
        Answers in place of the network: takes the request as botocore made it.
    judge: callable, optional
        What befalls a try that no plan is for.
    rewrite: callable, optional
        Changes the body of a call before it is sent.
    waited: callable
        Told the seconds that a client spends on each answer that never comes.
    config: Config, optional
        Has the timeouts that this goes by, where the client's own are longer; see PATIENT.
    """

    client: DynamoDBClient
    server: Callable[[Any], AWSResponse] | None = None
    calls: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    forgets_tokens: bool = False
    judge: Judge | None = None
    rewrite: Rewrite | None = None
    waited: Callable[[float], None] = lambda _: None
    config: Config | None = None
    _plans: list[_Plan] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _send: Callable[[Any], Any] = field(init=False)
    _service: str = field(init=False)

    def __post_init__(self) -> None:
        client: Any = self.client
        session = client._endpoint.http_session
        self._service = client.meta.service_model.service_name
        self._send = self.server or session.send
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
        self.judge = None

    def _through(self, request: Any) -> Any:
        target = request.headers.get("X-Amz-Target")
        operation = _text(target).rpartition(".")[2] if target else request.method
        body = json.loads(_text(request.body)) if target else {}
        with self._lock:
            self.calls.append(operation)
            self.bodies.append(body)
            one = Try(self._service, operation, body, len(self.calls))
            plan = next((plan for plan in self._plans if plan.operation == operation and plan.times), None)
            if plan is not None:
                plan.times -= 1
            # one at a time: chance has a state
            fault = self.judge(one) if plan is None and self.judge is not None else None
        self._change(request, operation, body)
        if plan is not None:
            return self._carried_out(plan, request)
        return self._send(request) if fault is None else self._befallen(fault, one, request)

    def _change(self, request: Any, operation: str, body: dict[str, Any]) -> None:
        if self.rewrite is not None:
            body = self.rewrite(operation, json.loads(json.dumps(body)))
        if self.forgets_tokens and "ClientRequestToken" in body:
            body = body | {"ClientRequestToken": str(uuid4())}
        elif self.rewrite is None:
            return
        # engines on this machine check no signature
        request.body = json.dumps(body, separators=(",", ":")).encode()
        request.headers["Content-Length"] = str(len(request.body))

    def _carried_out(self, plan: _Plan, request: Any) -> Any:
        if plan.refusal is not None:
            return plan.refusal.answer(request.url)
        if plan.action is not None:
            plan.action()
            return self._send(request)
        self._send(request)
        raise ReadTimeoutError(endpoint_url=request.url)

    def _befallen(self, fault: Fault, one: Try, request: Any) -> Any:
        refusal = one.refusal(fault)
        if refusal is not None:
            return refusal.answer(request.url)
        client: Any = self.client
        config: Any = self.config or client.meta.config
        if fault is Fault.DROPPED:
            self.waited(config.connect_timeout)
            raise ConnectTimeoutError(endpoint_url=request.url)
        if fault is Fault.LOST:
            self._send(request)
        self.waited(config.read_timeout)
        raise ReadTimeoutError(endpoint_url=request.url)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
