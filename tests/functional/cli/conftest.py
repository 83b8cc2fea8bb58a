"""The operator's command line against a stack on a stand-in for AWS."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from functions.streams import follow_up
from peerlearn.snapshots import forget_providers
from scripts.cli import check, dead_letters
from scripts.cli.program import main
from scripts.cli.target import Target
from scripts.project.template import load_template
from tests.functional.conftest import CURSOR_SECRET, KEYS_TABLE, SECRET, TABLE
from tests.support.api import Context
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STACK = "peerlearn-test"
RESOURCES = {
    "Table": TABLE,
    "SigningKeysTable": KEYS_TABLE,
    "SigningKeySecret": SECRET,
    "CursorKeySecret": CURSOR_SECRET,
}


@dataclass(frozen=True, slots=True)
class Ran:
    """A command's output, and its exit status."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


class CloudFormation:
    """Stacks by name, with their resources; refuses what is not there as AWS does."""

    def __init__(self) -> None:
        self.stacks: dict[str, dict[str, str]] = {STACK: dict(RESOURCES), "other": {}}

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 (the API's own names)
        if StackName not in self.stacks:
            raise _refusal("DescribeStacks", f"Stack with id {StackName} does not exist")
        outputs = {"TableName": table} if (table := self.stacks[StackName].get("Table")) else {}
        return {
            "Stacks": [
                {
                    "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
                    "Parameters": [{"ParameterKey": "BcryptCost", "ParameterValue": "10"}],
                }
            ]
        }

    def describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> dict[str, Any]:  # noqa: N803
        if LogicalResourceId not in self.stacks[StackName]:
            raise _refusal(
                "DescribeStackResource", f"Resource {LogicalResourceId} does not exist for stack {StackName}"
            )
        return {"StackResourceDetail": {"PhysicalResourceId": self.stacks[StackName][LogicalResourceId]}}


def _refusal(operation: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, operation)


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch) -> CloudFormation:
    found = CloudFormation()
    monkeypatch.setattr(Target, "cloudformation", lambda _: found)
    return found


@pytest.fixture
def queue_url(aws: DynamoDBClient, stacks: CloudFormation) -> str:  # noqa: ARG001 (AWS stands while it is used)
    """The dead letters' queue of the stack."""
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="dead-letters")["QueueUrl"]
    stacks.stacks[STACK]["StreamFailures"] = url
    for name, resource in load_template()["Resources"].items():
        if resource["Type"] == "AWS::SQS::Queue" and name != "StreamFailures":
            is_fifo = resource["Properties"].get("FifoQueue", False)
            attributes: Any = {"FifoQueue": "true"} if is_fifo else {}
            made = client.create_queue(QueueName=f"{name}.fifo" if is_fifo else name, Attributes=attributes)
            stacks.stacks[STACK][name] = made["QueueUrl"]
    return url


@pytest.fixture
def run(
    stacks: CloudFormation,  # noqa: ARG001 (stands while commands run)
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """`run("courses", "show", course_id)`: a command on that stack; a `stack` of None leaves the option out."""
    monkeypatch.setattr(check, "_PAUSES", (0, 0))
    monkeypatch.setattr(dead_letters, "_WAIT_SECONDS", 0)

    def run_(*arguments: object, stack: str | None = STACK) -> Ran:
        forget_providers()
        chosen = [] if stack is None else ["--stack", stack]
        status = main([*map(str, arguments), *chosen])
        said = capsys.readouterr()
        return Ran(status, said.out, said.err)

    return run_


ARN = "arn:aws:lambda:us-east-1:123456789012:function:peerlearn-test-FollowUp"


def filters_of(function: str) -> list[dict[str, Any]]:
    """The template's own."""
    events = load_template()["Resources"][function]["Properties"]["Events"]
    return [json.loads(one["Pattern"]) for one in events["Stream"]["Properties"]["FilterCriteria"]["Filters"]]


class Functions:
    """Lambda: hands an event to a handler, as an invocation does."""

    def __init__(self) -> None:
        self.handler: Callable[[dict[str, Any]], Any] = lambda event: follow_up.lambda_handler(
            event, cast("LambdaContext", Context())
        )
        self.invoked: list[list[dict[str, Any]]] = []

    def get_paginator(self, _: str) -> Functions:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        patterns = [{"Pattern": json.dumps(one)} for one in filters_of("FollowUpFunction")]
        return [{"EventSourceMappings": [{"FilterCriteria": {"Filters": patterns}}]}]

    def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 (the API's own names)
        assert FunctionName == ARN
        event = json.loads(Payload)
        self.invoked.append(event["Records"])
        try:
            return {"Payload": io.BytesIO(json.dumps(self.handler(event)).encode())}
        except ZeroDivisionError as error:
            answer = {"errorType": "ZeroDivisionError", "errorMessage": str(error)}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    return Workers(monkeypatch)


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch, workers: Workers) -> Functions:  # noqa: ARG001 (take what is routed)
    made = Functions()
    monkeypatch.setattr(Target, "functions", lambda _: made)
    return made
