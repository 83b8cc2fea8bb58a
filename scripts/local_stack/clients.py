"""Talking to MiniStack: with dummy keys, and past any proxy of the machine."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from scripts.local_stack.environment import ACCESS_KEY, REGION

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient


class Clients:
    """The AWS clients that the local stack needs, for one endpoint."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._session = boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name=REGION)
        self._config = Config(proxies={}, retries={"mode": "standard", "total_max_attempts": 3})

    def cloudformation(self) -> CloudFormationClient:
        return self._session.client("cloudformation", endpoint_url=self._endpoint, config=self._config)

    def api_gateway(self) -> APIGatewayClient:
        return self._session.client("apigateway", endpoint_url=self._endpoint, config=self._config)

    def dynamodb(self) -> DynamoDBClient:
        return self._session.client("dynamodb", endpoint_url=self._endpoint, config=self._config)

    def secrets(self) -> SecretsManagerClient:
        return self._session.client("secretsmanager", endpoint_url=self._endpoint, config=self._config)

    def functions(self) -> LambdaClient:
        return self._session.client("lambda", endpoint_url=self._endpoint, config=self._config)

    def logs(self) -> CloudWatchLogsClient:
        return self._session.client("logs", endpoint_url=self._endpoint, config=self._config)

    def parameters(self) -> SSMClient:
        return self._session.client("ssm", endpoint_url=self._endpoint, config=self._config)


def status_of(address: str) -> int | None:
    """The status that a GET is answered with, or None where nobody answers."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
