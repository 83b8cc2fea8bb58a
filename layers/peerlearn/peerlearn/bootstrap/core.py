"""The composition root's floor: clients and the table, made once per process, on first use.

Timeouts are short and attempts few: a function that waits holds a caller and costs money while it does.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import Session, get_session

from peerlearn.adapters.deadlines import keep_deadlines
from peerlearn.persistence.table import Table
from peerlearn.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


# For functions that nobody waits for: S3 may take long to put a file together, or to delete many.
WORKER_READ_SECONDS = 60


def client_config(read_timeout: int = 2, attempts: int = 3) -> Config:
    """1 s to connect, 2 s to answer, at most 3 attempts; parameters are ours, so botocore need not check them.

    With botocore's pauses a reply that never comes costs 12 s at most. Where less time than a try may need is left of a
    request's, there is none: the caller is told by us, in the envelope, and not by Lambda's end.
    """
    return Config(
        connect_timeout=1,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        parameter_validation=False,
        tcp_keepalive=True,
    )


@cache
def _session() -> Session:
    # botocore's own: boto3 adds resources and S3 transfers, which nothing here uses and every start would load.
    return get_session()


def aws_client(service: str, config: Config | None = None, endpoint_url: str | None = None) -> Any:
    """A low-level client; all of a process share one session, and with it one set of credentials and endpoints."""
    chosen: Any = client_config() if config is None else config
    client = _session().create_client(service, config=chosen, endpoint_url=endpoint_url)
    keep_deadlines(client, chosen.connect_timeout + chosen.read_timeout)
    return client


@cache
def dynamodb_client() -> DynamoDBClient:
    client: DynamoDBClient = aws_client("dynamodb")
    return client


@cache
def table() -> Table:
    return Table(dynamodb_client(), settings().table_name)
