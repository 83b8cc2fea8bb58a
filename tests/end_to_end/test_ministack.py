"""What is put right in MiniStack, by itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests

from scripts.local_stack.clients import Clients, status_of
from scripts.local_stack.ministack import MiniStack
from scripts.local_stack.processes import free_port

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
