"""What is handed to SQS."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from peerlearn.adapters.queues import Queue
from peerlearn.domain.errors import TemporarilyUnavailable

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
