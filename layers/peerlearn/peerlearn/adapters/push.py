"""Posting to WebSocket connections, and closing them.

posted                                 -> True
410, nobody is there any more          -> False
429, 5xx, no reply                     -> TemporarilyUnavailable
400, 403, 413 of this one connection   -> PushRefused: another try brings the same answer
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from peerlearn.adapters.failures import Meaning, code_of, meaning_of, status_of, transient_as_unavailable
from peerlearn.domain.realtime import PushRefused

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

# A 400 is for an id that is none, a 403 for a stage that is being deployed, a 413 for data over 128 KB.
_REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


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
        """Send data to a connection and return whether it was there.

        Raises
        ------
        PushRefused
            This connection does not take it, however often it is posted.
        TemporarilyUnavailable
        """
        try:
            with transient_as_unavailable():
                self._client.post_to_connection(ConnectionId=connection_id, Data=data)
        except ClientError as error:
            if meaning_of(error) is Meaning.GONE:
                return False
            if status_of(error) in _REFUSALS:
                raise PushRefused(code_of(error)) from error
            raise
        return True

    def close(self, connection_id: str) -> bool:
        """Whether it was open. A refusal is raised as it is: an ended session must not keep its connection.

        Raises
        ------
        TemporarilyUnavailable
        """
        try:
            with transient_as_unavailable():
                self._client.delete_connection(ConnectionId=connection_id)
        except ClientError as error:
            # An id that is none is no connection's.
            if meaning_of(error) is Meaning.GONE or status_of(error) == HTTPStatus.BAD_REQUEST:
                return False
            raise
        return True
