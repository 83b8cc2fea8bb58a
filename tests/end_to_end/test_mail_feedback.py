"""A bounce on the deployed stack: by the topic, the queue and the worker to what administrators see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from scripts.local_stack.environment import ACCESS_KEY
from tests.support.client import Client, eventually

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AT = "2100-01-01T10:00:00.000Z"
# SES says this when it tries the topic.
TRIED = "Successfully validated SNS topic for Amazon SES event publishing."


class Feedback:
    """The topic, spoken to in the place of SES, which tells of nothing on this machine."""

    def __init__(self, stack: dict[str, Any]) -> None:
        session = boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name="us-east-1")
        self._sns: Any = session.client("sns", endpoint_url=stack["endpoint"])
        self.sqs: SQSClient = session.client("sqs", endpoint_url=stack["endpoint"])
        arns = [one["TopicArn"] for one in self._sns.list_topics()["Topics"]]
        (self._topic,) = [arn for arn in arns if "MailFeedbackTopic" in arn]

    def publish(self, message: str) -> None:
        self._sns.publish(TopicArn=self._topic, Message=message)

    def waiting(self, queue: str) -> int:
        """How many tasks are in the queue, or being worked on."""
        (url,) = [one for one in self.sqs.list_queues()["QueueUrls"] if queue in one]
        names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        numbers = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(number) for number in numbers.values())


@pytest.fixture
def feedback(stack: dict[str, Any]) -> Feedback:
    return Feedback(stack)


def test_bounce_is_seen_by_administrators_and_a_trial_of_the_topic_by_nobody(
    stack: dict[str, Any], feedback: Feedback
) -> None:
    client = Client(stack)
    learner = client.register("Lena")
    admin = client.demo("admin")

    def shown() -> Any:
        return client.ok("GET", f"/v1/users/{learner.user_id}", as_=admin)["user"]["mailSuppressed"]

    assert shown() is None
    feedback.publish(TRIED)
    told = {"bounceType": "Permanent", "timestamp": AT, "bouncedRecipients": [{"emailAddress": "else@people.example"}]}
    event = {"eventType": "Bounce", "bounce": told, "mail": {"destination": [learner.email]}}
    feedback.publish(json.dumps(event))
    assert eventually(lambda: shown() == {"reason": "bounce", "at": AT})
    assert eventually(lambda: feedback.waiting("MailFeedbackQueue") == 0)
    assert feedback.waiting("MailFailures") == 0
