"""Posting to WebSocket connections, and closing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from peerlearn.adapters.failures import transient_as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient


class ConnectionPush:
    """API Gateway's `@connections`.

    Parameters
    ----------
    client
        Its endpoint is the WebSocket API's own.
    """

    def __init__(self, client: ApiGatewayManagementApiClient) -> None:
        self._client = client

    def post(self, connection_id: str, data: bytes) -> bool:
        """Whether there was somebody to send it to.

        Raises
        ------
        TemporarilyUnavailable
        """
        return _unless_gone(lambda: self._client.post_to_connection(ConnectionId=connection_id, Data=data))

    def close(self, connection_id: str) -> bool:
        """Whether it was open.

        Raises
        ------
        TemporarilyUnavailable
        """
        return _unless_gone(lambda: self._client.delete_connection(ConnectionId=connection_id))


def _unless_gone(call: Callable[[], object]) -> bool:
    try:
        with transient_as_unavailable():
            call()
    except ClientError as error:
        if error.response["Error"]["Code"] == "GoneException":
            return False
        raise
    return True
