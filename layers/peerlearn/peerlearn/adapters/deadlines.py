"""Keeps a client's calls within the deadline of the work at hand.

A client's timeouts are its whole life's, so what cannot be shortened is not begun: no try and no pause before another
one that might not end in time. Without a deadline nothing changes.
"""

from __future__ import annotations

from typing import Any, Literal

from peerlearn.domain.deadline import remaining
from peerlearn.domain.errors import TemporarilyUnavailable


def keep_deadlines(client: Any, longest_try: float) -> None:
    """Have every call of a botocore client end in time: in `TemporarilyUnavailable`, or in its last try's own failure.

    Parameters
    ----------
    client
        Of any service.
    longest_try: float
        The seconds that one try takes at most, by the client's timeouts.

    Source: https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html
    """

    def begin(**_: object) -> None:
        if remaining() < longest_try:
            raise TemporarilyUnavailable

    def again(attempts: int, **_: object) -> Literal[False] | None:
        """Return False where no other try may follow; None leaves it to botocore."""
        # full jitter: its pauses are at most 1, 2, 4 ... seconds
        longest_pause = 2 ** (attempts - 1)
        return False if remaining() < longest_pause + longest_try else None

    events, service = client.meta.events, client.meta.service_model.service_id.hyphenize()
    events.register(f"before-send.{service}", begin)
    # botocore asks the handlers of the service before all others, and the first answer counts
    events.register_first(f"needs-retry.{service}", again)
