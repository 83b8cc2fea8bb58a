"""Dead letters of the queues' workers: tasks that go back to their queues."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from scripts.cli.dead_letters import WORK_QUEUES
from scripts.project.template import load_template
from tests.functional.cli.conftest import STACK, CloudFormation, Run
from tests.support.dead_letters import letters_left


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
