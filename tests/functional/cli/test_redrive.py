"""`redrive`: dead letters whose records are still in the stream, and those whose are not."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from functions.streams import follow_up
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from scripts.cli.dead_letters import WORK_QUEUES
from scripts.cli.stream_filters import matches_any
from scripts.cli.target import Target
from scripts.project.template import load_template
from tests.functional.cli.conftest import STACK, CloudFormation, Run
from tests.functional.conftest import TABLE
from tests.support.api import Context, event_of
from tests.support.courses import Courses
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ARN = "arn:aws:lambda:us-east-1:123456789012:function:peerlearn-test-FollowUp"
CONSUMERS = {"follow_up": "FollowUpFunction", "notify": "NotifyFunction"}


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


@pytest.fixture
def course_id(table: Table) -> str:
    """A course with a free seat and somebody who waits for it: what the stream says of it failed."""
    courses = Courses(table)
    course_id = courses.add(1)
    enrollments = EnrollmentService(EnrollmentRepository(table))
    enrollments.enroll("usr_0", course_id)
    enrollments.join_waitlist("usr_1", course_id)
    enrollments.withdraw("usr_0", course_id)
    return course_id


@pytest.fixture
def letter(aws: DynamoDBClient, queue_url: str, course_id: str) -> None:  # noqa: ARG001 (its records)
    """A dead letter that names everything in the stream."""
    streams = boto3.client("dynamodbstreams")
    arn = aws.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    numbers = [
        record["dynamodb"]["SequenceNumber"]
        for record in streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    ]
    body = {
        "requestContext": {"functionArn": f"{ARN}:$LATEST", "condition": "RetryAttemptsExhausted"},
        "timestamp": "2026-01-01T10:00:00.000Z",
        "DDBStreamBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[-1],
            "streamArn": arn,
        },
    }
    boto3.client("sqs").send_message(QueueUrl=queue_url, MessageBody=json.dumps(body))


def letters_left(queue_url: str) -> int:
    """Those that anybody can see."""
    queues = boto3.client("sqs")
    answer = queues.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


@pytest.mark.usefixtures("letter")
def test_records_are_handed_over_again_and_the_letter_is_gone(
    run: Run, functions: Functions, workers: Workers, queue_url: str, table: Table, course_id: str
) -> None:
    listed = run("redrive", "--dry-run")
    assert listed.status == 0
    assert "peerlearn-test-FollowUp" in listed.out
    assert (functions.invoked, letters_left(queue_url)) == ([], 1)
    done = run("redrive")
    assert done.status == 0, done.err
    assert done.out.endswith("1 handled.\n")
    assert letters_left(queue_url) == 0
    # only what the function asks for, and in the form that Lambda gives it
    assert all(matches_any(filters_of("FollowUpFunction"), record) for record in functions.invoked[0])
    assert type(functions.invoked[0][0]["dynamodb"]["ApproximateCreationDateTime"]) is int
    assert run("redrive").out == "There are no dead letters.\n"
    workers.drain()
    courses = Courses(table)
    assert [item["learnerId"] for item in courses.roster(course_id, EnrollmentStatus.ACTIVE)] == ["usr_1"]


def test_record_whose_own_tries_are_over_is_handed_to_its_function(
    run: Run, functions: Functions, queue_url: str
) -> None:
    record = event_of("follow_up")["Records"][0]
    body = json.dumps({"functionArn": ARN, "record": record})
    boto3.client("sqs").send_message(QueueUrl=queue_url, MessageBody=body)
    listed = run("redrive", "--dry-run")
    assert "peerlearn-test-FollowUp" in listed.out
    assert record["dynamodb"]["SequenceNumber"] in listed.out
    functions.handler = lambda _: {"batchItemFailures": []}
    done = run("redrive")
    assert (done.status, done.out) == (0, "1 handled.\n")
    assert functions.invoked == [[record]]
    assert letters_left(queue_url) == 0


@pytest.mark.usefixtures("letter")
def test_a_letter_stays_while_its_function_fails(run: Run, functions: Functions, queue_url: str) -> None:
    taken = functions.handler
    functions.handler = lambda _: {"batchItemFailures": [{"itemIdentifier": "1"}]}
    partly = run("redrive")
    assert (partly.status, partly.out) == (1, "1 failing.\n")
    assert "records failed" in partly.err
    functions.handler = lambda _: 1 // 0
    wholly = run("redrive")
    assert (wholly.status, "ZeroDivisionError" in wholly.err) == (1, True)
    assert letters_left(queue_url) == 1
    functions.handler = taken
    assert run("redrive").status == 0


@pytest.mark.usefixtures("letter")
def test_records_that_are_gone_are_told_and_their_letters_deleted_on_demand(
    run: Run, functions: Functions, queue_url: str, monkeypatch: pytest.MonkeyPatch, table: Table, course_id: str
) -> None:
    class Streams:
        def get_shard_iterator(self, **_: str) -> None:
            raise ClientError({"Error": {"Code": "TrimmedDataAccessException", "Message": ""}}, "GetShardIterator")

    monkeypatch.setattr(Target, "streams", lambda _: Streams())
    kept = run("redrive")
    assert (kept.status, kept.out) == (1, "1 expired.\n")
    assert "check --repair" in kept.err
    assert letters_left(queue_url) == 1
    # which finds what the record called for, and does it
    found = run("check")
    assert (found.status, f"promotion: COURSE#{course_id}" in found.out) == (1, True)
    assert run("check", "--repair").status == 0
    assert [item["learnerId"] for item in Courses(table).roster(course_id, EnrollmentStatus.ACTIVE)] == ["usr_1"]
    assert run("redrive", "--discard-expired").status == 0
    assert letters_left(queue_url) == 0
    assert functions.invoked == []


@pytest.mark.usefixtures("letter")
def test_a_letter_that_leads_nowhere_keeps_no_other_back(run: Run, functions: Functions, queue_url: str) -> None:
    queues = boto3.client("sqs")
    (message,) = queues.receive_message(QueueUrl=queue_url, VisibilityTimeout=0)["Messages"]
    wrong = json.loads(message["Body"])
    wrong["DDBStreamBatchInfo"] |= {"startSequenceNumber": "1", "endSequenceNumber": "1"}
    queues.send_message(QueueUrl=queue_url, MessageBody=json.dumps(wrong))
    done = run("redrive")
    assert done.status == 1
    assert done.out.endswith("1 handled, 1 failing.\n")
    assert letters_left(queue_url) == 1
    assert len(functions.invoked) == 1


@pytest.mark.usefixtures("functions")
def test_malformed_letter_stays_where_it_is(run: Run, queue_url: str) -> None:
    boto3.client("sqs").send_message(QueueUrl=queue_url, MessageBody="hello")
    done = run("redrive")
    assert (done.status, done.out) == (0, "There are no dead letters.\n")
    assert "is no letter" in done.err
    assert letters_left(queue_url) == 1


@pytest.mark.parametrize("name", CONSUMERS)
def test_the_filters_let_through_what_the_consumer_is_called_with(name: str) -> None:
    filters = filters_of(CONSUMERS[name])
    records = event_of(name)["Records"]
    assert records
    assert all(matches_any(filters, record) for record in records)
    assert not matches_any(filters, {"eventName": "REMOVE", "dynamodb": {"OldImage": {"entity": {"S": "Throttle"}}}})


def test_a_filter_with_an_unknown_rule_keeps_nothing_back() -> None:
    assert matches_any([{"a": {"b": [{"numeric": ["=", 1]}]}}], {"a": {"b": 1}})
    assert matches_any([{"a": [{"prefix": "x"}]}], {"a": "xy"})
    assert not matches_any([{"a": [{"exists": False}]}], {"a": "xy"})
    assert matches_any([], {})


# -- tasks of the workers


def dead(stacks: CloudFormation, name: str, task: dict[str, Any], group: str = "") -> None:
    """A task that no try could do."""
    url = stacks.stacks[STACK][name]
    request: dict[str, Any] = {"QueueUrl": url, "MessageBody": json.dumps(task)}
    if group:
        request |= {"MessageGroupId": group, "MessageDeduplicationId": "record-1"}
    boto3.client("sqs").send_message(**request)


def test_every_queue_of_tasks_is_known() -> None:
    """With the queue that each of its letters goes back to."""
    sources: dict[str, set[str]] = {}
    for name, resource in load_template()["Resources"].items():
        policy = resource.get("Properties", {}).get("RedrivePolicy")
        if policy and policy["deadLetterTargetArn"]["Fn::GetAtt"][0] != "StreamFailures":
            sources.setdefault(policy["deadLetterTargetArn"]["Fn::GetAtt"][0], set()).add(name)
    tasks: list[dict[str, str]] = [{"userId": "usr_1"}, {"userId": "usr_1", "exportId": "exp_1"}, {"mailId": "mail_1"}]
    assert {name: {queue_of(task) for task in tasks} for name, queue_of in WORK_QUEUES.items()} == sources


@pytest.mark.usefixtures("functions")
@pytest.mark.parametrize(
    ("failures", "task", "queue"),
    [
        ("PromotionFailures", {"courseId": "crs_1", "recordId": "record-1"}, "PromotionQueue"),
        ("CatalogueFailures", {"courseId": "crs_1"}, "CatalogueQueue"),
        ("JobFailures", {"job": "rename", "subject": "usr_1", "recordId": "record-1"}, "JobQueue"),
        ("AnnouncementFailures", {"courseId": "ssn_1", "event": {}}, "AnnouncementQueue"),
        ("TaskFailures", {"userId": "usr_1"}, "ErasureQueue"),
        ("TaskFailures", {"userId": "usr_1", "exportId": "exp_1"}, "ExportQueue"),
    ],
)
def test_task_goes_back_to_its_queue(
    run: Run, stacks: CloudFormation, queue_url: str, failures: str, task: dict[str, Any], queue: str
) -> None:
    assert queue_url
    urls = stacks.stacks[STACK]
    dead(stacks, failures, task, "crs_1" if failures == "PromotionFailures" else "")
    listed = run("redrive", "--dry-run")
    assert (listed.status, queue in listed.out, listed.out.endswith("1 dead letter.\n")) == (0, True, True)
    assert letters_left(urls[queue]) == 0
    done = run("redrive")
    assert (done.status, done.out) == (0, "1 handled.\n")
    assert (letters_left(urls[failures]), letters_left(urls[queue])) == (0, 1)
    (message,) = boto3.client("sqs").receive_message(
        QueueUrl=urls[queue], MessageSystemAttributeNames=["MessageGroupId"]
    )["Messages"]
    assert json.loads(message["Body"]) == task
    if failures == "PromotionFailures":
        assert message["Attributes"]["MessageGroupId"] == "crs_1"


@pytest.mark.usefixtures("functions")
def test_task_that_cannot_go_back_stays(run: Run, stacks: CloudFormation, queue_url: str) -> None:
    assert queue_url
    urls = stacks.stacks[STACK]
    dead(stacks, "JobFailures", {"job": "rename", "subject": "usr_1", "recordId": "record-1"})
    dead(stacks, "CatalogueFailures", {"courseId": "crs_1"})
    boto3.client("sqs").delete_queue(QueueUrl=urls["JobQueue"])
    done = run("redrive")
    assert (done.status, done.out) == (1, "1 handled, 1 failing.\n")
    assert (letters_left(urls["JobFailures"]), letters_left(urls["CatalogueFailures"])) == (1, 0)


@pytest.mark.usefixtures("functions")
def test_malformed_task_stays_where_it_is(run: Run, stacks: CloudFormation, queue_url: str) -> None:
    assert queue_url
    url = stacks.stacks[STACK]["JobFailures"]
    for text in ("hello", "[1]"):
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=text)
    done = run("redrive")
    assert (done.status, done.out, done.err.count("is no task")) == (0, "There are no dead letters.\n", 2)
    assert letters_left(url) == 2
