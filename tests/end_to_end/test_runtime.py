"""Every built function under AWS's own runtime interface client, with every kind of event that its sources send."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from peerlearn.adapters.keyring import SigningKey
from peerlearn.domain.clock import utc_now
from peerlearn.domain.users import Role, User
from scripts.local_stack.build import build
from scripts.project.template import load_template
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.support.api import answer_of, event_of, http_event
from tests.support.gateway import behind_a_domain
from tests.support.stand_in import KEY_ID, SESSION_ID, SIGNING_KEY, StandInForAws

pytest.importorskip("awslambdaric", reason="AWS has it for Linux alone")
from tests.support.runtime import Function, Outcome

FUNCTIONS = sorted(
    name for name, one in load_template()["Resources"].items() if one["Type"] == "AWS::Serverless::Function"
)
# Started as usual too: one of each kind, since the others differ in nothing that the start knows.
STARTED_AS_USUAL = [
    "AuthorizeFunction",
    "EnrollFunction",
    "FallbackFunction",
    "FollowUpFunction",
    "SendMessageFunction",
]
FOREIGN: tuple[Any, ...] = ({}, None, [], {"source": "warmer"})


@pytest.fixture(scope="session")
def token() -> str:
    user = User("usr_1", "Ada", "ada@people.example", Role.ADMIN, (), (), utc_now())
    return fake_tokens(FakeKeyRing(SigningKey(KEY_ID, SIGNING_KEY.encode()))).issue_access(user, SESSION_ID)


@pytest.fixture(scope="session")
def folder() -> Path:
    return build().template.parent


@pytest.fixture(scope="session")
def aws() -> Iterator[StandInForAws]:
    stand_in = StandInForAws()
    yield stand_in
    stand_in.close()


@pytest.fixture
def start(folder: Path, aws: StandInForAws, tmp_path: Path) -> Callable[..., Function]:
    def start_(name: str, *, snap_start: bool) -> Function:
        return Function(name, folder, aws, tmp_path, snap_start=snap_start)

    return start_


def events_of(function: Function, token: str) -> list[dict[str, Any]]:
    """Return the events of a function's sources, in the template's order; a WebSocket's are with the API."""
    name = "fallback" if "InlineCode" in function.properties else function.handler.split(".")[-2]
    sources = list(function.properties.get("Events", {}).values())
    if not sources:
        return [event_of(name)]
    return [event for source in sources for event in _EVENTS[source["Type"]](name, source["Properties"], token)]


def _of_api(name: str, source: dict[str, Any], token: str) -> Iterator[dict[str, Any]]:
    for event in (event_of(name), http_event(name, token=token)):
        if (event["httpMethod"], event["resource"]) != (source["Method"], source["Path"]):
            # what answers whatever nobody else does has one file for all its methods
            path = source["Path"].replace("{proxy+}", "v1/nothing/here")
            event |= {"httpMethod": source["Method"], "resource": source["Path"], "path": path}
            event["requestContext"] |= {"path": f"/api{path}"}
        yield from (event, behind_a_domain(event))


def _of_stream(name: str, _: dict[str, Any], __: str) -> Iterator[dict[str, Any]]:
    event = event_of(name)
    assert {one["eventSource"] for one in event["Records"]} == {"aws:dynamodb"}
    yield event


def _of_queue(name: str, _: dict[str, Any], __: str) -> Iterator[dict[str, Any]]:
    """A task, or what the consumer of a stream has put aside."""
    event = event_of(name)
    if event["Records"][0]["eventSource"] == "aws:dynamodb":
        (task,) = event_of("write_export")["Records"]
        bodies = [json.dumps({"functionArn": "arn:aws:lambda:f", "record": record}) for record in event["Records"]]
        event = {"Records": [task | {"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}
    yield event


_EVENTS: dict[str, Callable[[str, dict[str, Any], str], Iterator[dict[str, Any]]]] = {
    "Api": _of_api,
    "DynamoDB": _of_stream,
    "SQS": _of_queue,
}


def told(event: dict[str, Any], outcome: Outcome) -> tuple[Any, ...]:
    """Return an answer without the parts that differ each time, once it is one that is passed on."""
    assert not outcome.is_error, (outcome.written, outcome.lines)
    if "httpMethod" in event:
        answer = answer_of(outcome.response, event)
        assert answer.status < 500, (answer, outcome.lines)
        if event["httpMethod"] == "HEAD":
            assert answer.text == ""
        elif answer.status >= 400:
            assert answer.body["requestId"] == event["requestContext"]["requestId"]
        return answer.status, answer.body.get("code", "")
    if "Records" in event:
        assert outcome.response == {"batchItemFailures": []}, outcome.lines
        return ("records",)
    if event.get("source") == "aws.scheduler":
        assert outcome.response == {}, outcome.lines
        return ("ticked",)
    if "methodArn" in event:
        return (outcome.response["policyDocument"]["Statement"][0]["Effect"],)
    assert outcome.response["statusCode"] == 200, (outcome.written, outcome.lines)
    return (json.loads(outcome.response.get("body") or "{}").get("type", ""),)


def require_quiet(function: Function) -> None:
    """An event that no source sends ends with nothing."""
    for event in FOREIGN:
        outcome = function.invoke(event)
        assert (outcome.is_error, outcome.response) in ((False, {}), (False, {"batchItemFailures": []}))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_restored_from_a_snapshot_answers_whatever_is_sent(
    start: Callable[..., Function], aws: StandInForAws, token: str, name: str
) -> None:
    with start(name, snap_start=True) as function:
        require_quiet(function)
        assert function.restored == 1
        sent, before = events_of(function, token), aws.asked
        first = [told(event, function.invoke(event)) for event in sent]
        if "httpMethod" in sent[0]:
            # as it is and behind a domain
            assert first[::2] == first[1::2]
        calls = aws.asked - before
        closed = function.freeze_and_thaw()
        assert bool(closed) == bool(calls)
        assert [told(event, function.invoke(event)) for event in sent] == first


@pytest.mark.parametrize("name", STARTED_AS_USUAL)
def test_a_function_started_as_usual_does_too(start: Callable[..., Function], token: str, name: str) -> None:
    with start(name, snap_start=False) as function:
        sent = events_of(function, token)
        for event in sent:
            told(event, function.invoke(event))
        require_quiet(function)
        assert function.restored == 0


def test_lines_carry_the_id_that_lambdas_own_lines_have(start: Callable[..., Function], token: str) -> None:
    with start("EnrollFunction", snap_start=False) as function:
        event = http_event("enroll", token=token)
        function.invoke(event)
        outcome = function.invoke(event)
        lines = [json.loads(line) for line in outcome.lines if line.startswith("{")]
        assert next(line["message"] for line in lines if "message" in line) == "began"
        assert {line["function_request_id"] for line in lines if "message" in line} == {outcome.invocation_id}


def test_a_crash_is_seen(start: Callable[..., Function], folder: Path, aws: StandInForAws, tmp_path: Path) -> None:
    """The Runtime API is told of what goes wrong outside of everything: these tests would notice."""
    del start
    function = Function("FallbackFunction", folder, aws, tmp_path)
    crashing = "def lambda_handler(event, context):\n    return 1 / 0\n"
    function.properties = {**function.properties, "InlineCode": crashing}
    with function:
        outcome = function.invoke({})
    assert outcome.is_error
    assert json.loads(outcome.written)["errorType"] == "ZeroDivisionError"
