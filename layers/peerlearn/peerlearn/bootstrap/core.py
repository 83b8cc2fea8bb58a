"""The composition root's floor: clients and the table, made once per process, on first use.

Timeouts are short and attempts few: a function that waits holds a caller and costs money while it does.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from peerlearn.persistence.table import Table
from peerlearn.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def client_config() -> Config:
    """1 s to connect, 2 s to answer, at most 3 attempts; parameters are ours, so botocore need not check them.

    With botocore's pauses a reply that never comes costs 9 s at most: less than a function's time, so that the caller
    is told by us, in the envelope.
    """
    return Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 3},
        parameter_validation=False,
        tcp_keepalive=True,
    )


@cache
def dynamodb_client() -> DynamoDBClient:
    return boto3.client("dynamodb", config=client_config())


@cache
def table() -> Table:
    return Table(dynamodb_client(), settings().table_name)
