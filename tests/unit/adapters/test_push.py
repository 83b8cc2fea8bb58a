"""The answers of API Gateway to a post, and their meaning to the connection and to everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from peerlearn.adapters.push import ConnectionPush
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.realtime import PushRefused

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

# of the service model, and what API Gateway answers beside it
REFUSED = {("ForbiddenException", 403), ("PayloadTooLargeException", 413), ("BadRequestException", 400)}
BUSY = {("LimitExceededException", 429), ("TooManyRequestsException", 429), ("InternalServerErrorException", 500)}
GONE = {("GoneException", 410)}


def client() -> ApiGatewayManagementApiClient:
    return boto3.client("apigatewaymanagementapi", endpoint_url="https://realtime.example")


@pytest.fixture
def stubbed() -> tuple[ConnectionPush, Stubber]:
    made = client()
    return ConnectionPush(made), Stubber(made)


def test_every_error_of_the_model_is_decided() -> None:
    model = botocore.session.get_session().get_service_model("apigatewaymanagementapi")
    decided = {code for code, _ in REFUSED | BUSY | GONE}
    for operation in ("PostToConnection", "DeleteConnection"):
        assert {shape.name for shape in model.operation_model(operation).error_shapes} <= decided


@pytest.mark.parametrize(("code", "status"), sorted(REFUSED))
def test_post_refused_for_good_says_so_and_is_no_fault(
    stubbed: tuple[ConnectionPush, Stubber], code: str, status: int
) -> None:
    push, stub = stubbed
    stub.add_client_error("post_to_connection", code, http_status_code=status)
    with stub, pytest.raises(PushRefused, match=code):
        push.post("abc=", b"{}")


@pytest.mark.parametrize(("code", "status"), sorted(BUSY))
def test_busy_gateway_is_worth_another_try(stubbed: tuple[ConnectionPush, Stubber], code: str, status: int) -> None:
    push, stub = stubbed
    with stub:
        stub.add_client_error("post_to_connection", code, http_status_code=status)
        with pytest.raises(TemporarilyUnavailable):
            push.post("abc=", b"{}")
        stub.add_client_error("delete_connection", code, http_status_code=status)
        with pytest.raises(TemporarilyUnavailable):
            push.close("abc=")


@pytest.mark.parametrize(("code", "status"), [*sorted(GONE), ("NoName", 410)])
def test_gone_connection_is_nobody(stubbed: tuple[ConnectionPush, Stubber], code: str, status: int) -> None:
    push, stub = stubbed
    with stub:
        for operation in ("post_to_connection", "delete_connection"):
            stub.add_client_error(operation, code, http_status_code=status)
        assert not push.post("abc=", b"{}")
        assert not push.close("abc=")


def test_connection_that_may_not_be_closed_is_a_fault(stubbed: tuple[ConnectionPush, Stubber]) -> None:
    """Its session has ended: nobody may take it for closed."""
    push, stub = stubbed
    stub.add_client_error("delete_connection", "ForbiddenException", http_status_code=403)
    with stub, pytest.raises(ClientError):
        push.close("abc=")


def test_id_that_is_none_is_closed_already(stubbed: tuple[ConnectionPush, Stubber]) -> None:
    push, stub = stubbed
    with stub:
        stub.add_client_error("delete_connection", "BadRequestException", http_status_code=400)
        assert not push.close("no id")


def test_unknown_refusal_is_a_fault(stubbed: tuple[ConnectionPush, Stubber]) -> None:
    push, stub = stubbed
    stub.add_client_error("post_to_connection", "NoName", http_status_code=409)
    with stub, pytest.raises(ClientError):
        push.post("abc=", b"{}")


def test_post_and_close_reach_the_connection(stubbed: tuple[ConnectionPush, Stubber]) -> None:
    push, stub = stubbed
    with stub:
        stub.add_response("post_to_connection", {}, {"ConnectionId": "abc=", "Data": b"{}"})
        stub.add_response("delete_connection", {}, {"ConnectionId": "abc="})
        assert push.post("abc=", b"{}")
        assert push.close("abc=")
