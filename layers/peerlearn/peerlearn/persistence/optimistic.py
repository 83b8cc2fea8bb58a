"""Read, decide, write under the condition that nothing read has changed; and once more where it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.persistence.table import Backoff, ConditionFailed, Table, Write

T = TypeVar("T")

# Every item of such a transaction keeps it, so that one's own write is known again after a lost reply.
REQUEST_ID = "requestId"


def settle(
    table: Table, request_id: str, plan: Callable[[str], tuple[Sequence[Write], T]], *, backoff: Callable[[], Backoff]
) -> T:
    """The result of the first plan that could be carried out as a whole.

    Parameters
    ----------
    request_id: str
        At most 32 characters, made once per request; the token of a try adds its number, since DynamoDB refuses a known
        token with other writes.
    plan
        Reads what it needs and answers the writes and the result, for the token that its items are to keep. No writes:
        nothing is to be changed, and the result stands.

    Raises
    ------
    TemporarilyUnavailable
        Others were always faster.
    """
    for number, _ in enumerate(backoff().waits()):
        token = f"{request_id}-{number}"
        writes, result = plan(token)
        if not writes:
            return result
        try:
            table.transact(writes, token)
        except ConditionFailed as failure:
            # The reply to our own commit may have been lost, and the client library repeated it.
            if any(found is not None and found.get(REQUEST_ID) == token for found in failure.found):
                return result
            continue
        return result
    raise TemporarilyUnavailable
