"""How long the work at hand may still take: a try that cannot end in time is not begun, so that the caller hears of it.

A task of a queue ends in time as well, and comes again. Records of the stream have no deadline.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Time for the log and the answer when no try may go on: Lambda says nothing for a function that it ends.
MARGIN_SECONDS = 1.0

_monotonic = time.monotonic
_ends_at: ContextVar[float] = ContextVar("ends_at", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what is done inside that many seconds."""
    token = _ends_at.set(_monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def within_invocation(milliseconds: int) -> AbstractContextManager[None]:
    """Give what is done inside the time that its invocation has left, less a second."""
    return within(milliseconds / 1000 - MARGIN_SECONDS)


def remaining() -> float:
    """Return the seconds that are left: infinitely many where there is no deadline, fewer than 0 past it."""
    return _ends_at.get() - _monotonic()


def carried(function: Callable[P, T]) -> Callable[P, T]:
    """Return the function for other threads, where it has the deadline and the correlation id of the present one."""
    context = copy_context()

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        # a context can be entered once at a time
        return context.copy().run(function, *args, **kwargs)

    return run
