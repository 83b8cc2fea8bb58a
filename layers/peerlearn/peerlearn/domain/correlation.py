"""The request that the present work is for: from API Gateway through its writes to the people who are told of it.

An item keeps the id of the request that last wrote it, and the stream's consumers go on under that id, so that one
search of the logs follows a booking or a message to its end.
"""

from __future__ import annotations

from contextvars import ContextVar

# The attribute of an item.
CORRELATION_ID = "correlationId"

_current: ContextVar[str] = ContextVar("correlation_id", default="")


def correlation_id() -> str:
    """Of the request at hand; empty outside of one."""
    return _current.get()


def set_correlation_id(value: str) -> None:
    """Note the request that writes from now on are for; empty for none."""
    _current.set(value)
