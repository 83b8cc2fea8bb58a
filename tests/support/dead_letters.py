"""Queues of dead letters, as a test looks at them."""

from __future__ import annotations

import boto3


def letters_left(queue_url: str) -> int:
    """Those that anybody can see."""
    queues = boto3.client("sqs")
    answer = queues.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
