"""Requests to SQS."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from peerlearn.adapters.queues import Queue
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.tasks import Posting

URL = "https://sqs.us-east-1.amazonaws.com/123456789012/retries"


def test_task_is_sent_as_json_and_text_as_it_is() -> None:
    client = boto3.client("sqs")
    with Stubber(client) as stub:
        for body in ('{"userId": "usr_1"}', "text"):
            sent = {"QueueUrl": URL, "MessageBody": body, "DelaySeconds": 4}
            stub.add_response("send_message", {"MessageId": "1", "MD5OfMessageBody": "2"}, sent)
        Queue(client, URL).send({"userId": "usr_1"}, 4)
        Queue(client, URL).send_text("text", 4)


def test_message_is_postponed() -> None:
    client = boto3.client("sqs")
    wanted = {"QueueUrl": URL, "ReceiptHandle": "receipt", "VisibilityTimeout": 8}
    with Stubber(client) as stub:
        stub.add_response("change_message_visibility", {}, wanted)
        Queue(client, URL).postpone("receipt", 8)


def test_queue_that_is_busy_is_unavailable() -> None:
    client = boto3.client("sqs")
    queue = Queue(client, URL)
    with Stubber(client) as stub:
        stub.add_client_error("send_message", "OverLimit", http_status_code=403)
        stub.add_client_error("change_message_visibility", "RequestThrottled", http_status_code=403)
        with pytest.raises(TemporarilyUnavailable):
            queue.send_text("text")
        with pytest.raises(TemporarilyUnavailable):
            queue.postpone("receipt", 8)


def test_tasks_are_sent_ten_at_a_time_and_those_refused_are_told() -> None:
    client = boto3.client("sqs")
    postings = [Posting({"courseId": f"crs_{number}"}, delay_seconds=number % 2) for number in range(23)]
    entries = [
        {"Id": str(number), "MessageBody": f'{{"courseId": "crs_{number}"}}'}
        | ({"DelaySeconds": 1} if number % 2 else {})
        for number in range(23)
    ]
    refused = {"Id": "11", "SenderFault": False, "Code": "InternalError"}
    with Stubber(client) as stub:
        for start, failed in ((0, []), (10, [refused]), (20, [])):
            sent = {"QueueUrl": URL, "Entries": entries[start : start + 10]}
            stub.add_response("send_message_batch", {"Successful": [], "Failed": failed}, sent)
        failures = Queue(client, URL).send_all(postings)
        stub.assert_no_pending_responses()
    assert failures.keys() == {11}
    assert isinstance(failures[11], TemporarilyUnavailable)


def test_batch_that_is_refused_fails_all_of_it_and_no_other() -> None:
    client = boto3.client("sqs")
    with Stubber(client) as stub:
        stub.add_client_error("send_message_batch", "RequestThrottled", http_status_code=403)
        stub.add_response("send_message_batch", {"Successful": [], "Failed": []})
        failures = Queue(client, URL).send_all([Posting({"userId": "usr_1"})] * 12)
    assert failures.keys() == set(range(10))
    assert {type(failure) for failure in failures.values()} == {TemporarilyUnavailable}


def test_task_of_a_group_is_sent_with_its_group_and_name() -> None:
    client = boto3.client("sqs")
    entry = {"Id": "0", "MessageBody": "{}", "MessageGroupId": "crs_1", "MessageDeduplicationId": "record-1"}
    with Stubber(client) as stub:
        sent = {"QueueUrl": URL, "Entries": [entry]}
        stub.add_response("send_message_batch", {"Successful": [], "Failed": []}, sent)
        assert Queue(client, URL).send_all([Posting({}, group="crs_1", once="record-1")]) == {}
