"""What is put right in MiniStack, by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from scripts.local_stack.clients import Clients, status_of
from scripts.local_stack.ministack import MiniStack
from scripts.local_stack.processes import free_port

STACK = "routes"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MiniStack]:
    made = MiniStack(free_port(), tmp_path)
    made.start()
    yield made
    made.stop()


def template(*paths: str) -> str:
    """An API with these paths, as SAM makes one: a deployment for each set of routes, and one stage."""
    answering = {"type": "mock", "responses": {"default": {"statusCode": "200"}}}
    operation = {"responses": {"200": {"description": ""}}, "x-amazon-apigateway-integration": answering}
    body = {"openapi": "3.0.1", "info": {"title": "x", "version": "1"}, "paths": {p: {"get": operation} for p in paths}}
    api, deployment = {"Ref": "Api"}, f"Deployment{len(paths)}"
    resources: dict[str, Any] = {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}},
        deployment: {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": api}},
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {"RestApiId": api, "DeploymentId": {"Ref": deployment}, "StageName": "api"},
        },
    }
    return json.dumps({"Resources": resources, "Outputs": {"ApiId": {"Value": api}}})


def test_an_api_keeps_its_address_when_its_routes_change(server: MiniStack) -> None:
    clients = Clients(server.endpoint)
    cloudformation = clients.cloudformation()

    def address() -> str:
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack
        return f"{server.endpoint}/_aws/execute-api/{stack['Outputs'][0]['OutputValue']}/api"

    cloudformation.create_stack(StackName=STACK, TemplateBody=template("/one", "/two"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK)
    before = address()
    assert [status_of(f"{before}/{path}") for path in ("one", "two", "three")] == [200, 200, 403]

    for paths in (("/one", "/two", "/three"), ("/three",)):
        cloudformation.update_stack(StackName=STACK, TemplateBody=template(*paths))
        cloudformation.get_waiter("stack_update_complete").wait(StackName=STACK)
        assert address() == before
        found = {f"/{path}" for path in ("one", "two", "three") if status_of(f"{before}/{path}") == HTTPStatus.OK}
        assert found == set(paths)
    assert len(clients.api_gateway().get_rest_apis()["items"]) == 1
