"""`redrive`: dead letters whose records are still in the stream, and those whose are not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from scripts.cli.stream_filters import matches_any
from scripts.cli.target import Target
from tests.functional.cli.conftest import Run
from tests.functional.conftest import TABLE
from tests.support.api import event_of
from tests.support.courses import Courses
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
from tests.functional.cli.conftest import ARN, Functions, filters_of
from tests.support.dead_letters import letters_left

CONSUMERS = {"follow_up": "FollowUpFunction", "notify": "NotifyFunction"}


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
