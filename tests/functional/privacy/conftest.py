"""The bucket, the queues, and the stream's consumers told of every change, as often as a test wants."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from functions.privacy import finish_erasure, write_export
from functions.streams import follow_up
from peerlearn.bootstrap.core import table
from peerlearn.persistence import keys
from peerlearn.persistence.marshalling import marshal
from peerlearn.settings import settings
from tests.support.api import Answer, Context
from tests.support.courses import Courses
from tests.support.learning import Learning

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

Call = Callable[..., Answer]
BUCKET = "uploads"


@pytest.fixture
def s3(aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> S3Client:  # noqa: ARG001 (AWS stands)
    """A client of the bucket, which is versioned."""
    monkeypatch.setenv("BUCKET_NAME", BUCKET)
    settings.cache_clear()
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def sqs(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> SQSClient:  # noqa: ARG001 (as above)
    """A client of the queues, which the functions know."""
    client = boto3.client("sqs")
    for name in ("ERASURE_QUEUE_URL", "EXPORT_QUEUE_URL"):
        monkeypatch.setenv(name, client.create_queue(QueueName=name)["QueueUrl"])
    settings.cache_clear()
    return client


class Background:
    """The work behind the endpoints: the stream's consumer, and the queues' functions."""

    def __init__(self, sqs: SQSClient) -> None:
        self._sqs = sqs

    def tell(self, user_id: str) -> None:
        """The stream tells of a person's tombstone or export, whichever is there, as an insertion."""
        items = [table().get(key) for key in (keys.totals(user_id), keys.export(user_id))]
        records = [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "ApproximateCreationDateTime": 1767261600,
                    "NewImage": marshal(item),
                    "SequenceNumber": str(number),
                },
            }
            for number, item in enumerate(items)
            if item is not None
        ]
        assert follow_up.lambda_handler({"Records": records}, Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]

    def waiting(self, queue: str) -> list[dict[str, str]]:
        """Takes what waits in a queue now."""
        url = self._sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        messages = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    def carry_out(self, *tasks: dict[str, str]) -> Any:
        """Hands tasks to the function of their queue."""
        function = write_export if "exportId" in tasks[0] else finish_erasure
        records = [{"messageId": str(n), "body": json.dumps(task)} for n, task in enumerate(tasks)]
        return function.lambda_handler({"Records": records}, Context(f"{function.__name__}.lambda_handler"))


@pytest.fixture
def background(sqs: SQSClient) -> Background:
    return Background(sqs)


@pytest.fixture
def courses(s3: S3Client) -> Courses:  # noqa: ARG001 (as above)
    return Courses(table())


@pytest.fixture
def learning(s3: S3Client) -> Learning:  # noqa: ARG001 (as above)
    return Learning(table())
