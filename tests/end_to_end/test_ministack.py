"""The corrections of MiniStack, each by itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.local_stack.clients import Clients, status_of
from scripts.local_stack.environment import ACCESS_KEY, REGION
from scripts.local_stack.ministack import MiniStack
from scripts.local_stack.processes import free_port

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

STACK = "routes"


# A function that answers with the id that it was told.
_TELLING = """
import json
def handler(event, _):
    told = {"id": event["requestContext"]["requestId"]}
    return {"statusCode": 200, "headers": {"X-Own": "yes"}, "body": json.dumps(told)}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MiniStack]:
    made = MiniStack(free_port(), tmp_path)
    made.start()
    yield made
    made.stop()


def template(*paths: str, answering: Any = None, **more: Any) -> str:
    """An API with these paths, as SAM makes one: a deployment for each set of routes, and one stage."""
    answering = answering or {"type": "mock", "responses": {"default": {"statusCode": "200"}}}
    operation = {"responses": {"200": {"description": ""}}, "x-amazon-apigateway-integration": answering}
    body = {"openapi": "3.0.1", "info": {"title": "x", "version": "1"}, "paths": {p: {"get": operation} for p in paths}}
    api, deployment = {"Ref": "Api"}, f"Deployment{len(paths)}"
    resources: dict[str, Any] = more | {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}},
        deployment: {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": api}},
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {"RestApiId": api, "DeploymentId": {"Ref": deployment}, "StageName": "api"},
        },
    }
    return json.dumps({"Resources": resources, "Outputs": {"ApiId": {"Value": api}}})


def created(server: MiniStack, body: str) -> str:
    """Create the stack; return the address of its API."""
    cloudformation = Clients(server.endpoint).cloudformation()
    cloudformation.create_stack(StackName=STACK, TemplateBody=body)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK)
    return address_of(server)


def address_of(server: MiniStack) -> str:
    (stack,) = Clients(server.endpoint).cloudformation().describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack
    return f"{server.endpoint}/_aws/execute-api/{stack['Outputs'][0]['OutputValue']}/api"


def test_an_api_keeps_its_address_when_its_routes_change(server: MiniStack) -> None:
    clients = Clients(server.endpoint)
    cloudformation = clients.cloudformation()

    before = created(server, template("/one", "/two"))
    assert [status_of(f"{before}/{path}") for path in ("one", "two", "three")] == [200, 200, 403]

    for paths in (("/one", "/two", "/three"), ("/three",)):
        cloudformation.update_stack(StackName=STACK, TemplateBody=template(*paths))
        cloudformation.get_waiter("stack_update_complete").wait(StackName=STACK)
        assert address_of(server) == before
        found = {f"/{path}" for path in ("one", "two", "three") if status_of(f"{before}/{path}") == HTTPStatus.OK}
        assert found == set(paths)
    assert len(clients.api_gateway().get_rest_apis()["items"]) == 1


def test_a_function_and_its_client_are_told_the_same_id(server: MiniStack) -> None:
    role = "arn:aws:iam::000000000000:role/any"
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Runtime": f"python3.{sys.version_info.minor}", "Handler": "index.handler", "Role": role}
        | {"Code": {"ZipFile": _TELLING}},
    }
    invoking = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
    answering = {"type": "aws_proxy", "httpMethod": "POST", "uri": {"Fn::Sub": invoking}}
    address = created(server, template("/id", answering=answering, Function=function))
    answers = [requests.get(f"{address}/id", timeout=60) for _ in range(2)]
    ids = [answer.headers["x-amzn-RequestId"] for answer in answers]
    assert [answer.json()["id"] for answer in answers] == ids
    assert len(set(ids)) == 2
    assert answers[0].headers["X-Own"] == "yes"
    # what the gateway answers by itself
    assert requests.get(f"{address}/nowhere", timeout=60).headers["x-amzn-RequestId"]


def test_several_messages_at_once_take_the_permission_of_one(tmp_path: Path) -> None:
    server = MiniStack(free_port(), tmp_path, enforce_iam=True)
    server.start()
    try:
        queues = _queues(server, ACCESS_KEY, ACCESS_KEY)
        url = queues.create_queue(QueueName="work")["QueueUrl"]
        arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        iam = boto3.client("iam", **_at(server, ACCESS_KEY, ACCESS_KEY))
        iam.create_user(UserName="sender")
        allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(UserName="sender", PolicyName="sending", PolicyDocument=document)
        key = iam.create_access_key(UserName="sender")["AccessKey"]
        sender = _queues(server, key["AccessKeyId"], key["SecretAccessKey"])
        entries: Any = [{"Id": str(number), "MessageBody": "task"} for number in range(3)]
        assert len(sender.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 3
        (message,) = queues.receive_message(QueueUrl=url)["Messages"]
        with pytest.raises(ClientError) as refused:
            sender.delete_message_batch(QueueUrl=url, Entries=[{"Id": "0", "ReceiptHandle": message["ReceiptHandle"]}])
        assert "AccessDenied" in refused.value.response["Error"]["Code"]
    finally:
        server.stop()


def _at(server: MiniStack, key: str, secret: str) -> Any:
    return {
        "endpoint_url": server.endpoint,
        "region_name": REGION,
        "aws_access_key_id": key,
        "aws_secret_access_key": secret,
        "config": Config(proxies={}),
    }


def _queues(server: MiniStack, key: str, secret: str) -> SQSClient:
    return boto3.client("sqs", **_at(server, key, secret))
