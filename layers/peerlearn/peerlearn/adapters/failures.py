"""What AWS's failures mean here: which pass by themselves and are a 503, and which are faults of ours and are a 500."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from peerlearn.domain.errors import TemporarilyUnavailable

# Timeouts, refused and dropped connections: no reply came, whatever was done.
NO_REPLY = (HTTPClientError, NoConnectionError)

_TRANSIENT_CODES = frozenset(
    {
        "InternalServerError",
        "InternalServiceError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def is_transient(error: ClientError) -> bool:
    """Whether the same call may well succeed a moment later."""
    response: Any = error.response
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return response["Error"]["Code"] in _TRANSIENT_CODES or status >= HTTPStatus.INTERNAL_SERVER_ERROR


@contextmanager
def transient_as_unavailable() -> Iterator[None]:
    """Turns what passes by itself into TemporarilyUnavailable; everything else goes on as it is."""
    try:
        yield
    except ClientError as error:
        if is_transient(error):
            raise TemporarilyUnavailable from error
        raise
    except NO_REPLY as error:
        raise TemporarilyUnavailable from error
