"""Calls that are made at once: together they take as long as the slowest of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from types import TracebackType
from typing import Self, TypeVar

from peerlearn.domain.deadline import carried
from peerlearn.domain.errors import TemporarilyUnavailable

T = TypeVar("T")

_AT_ONCE = 16


class SideBySide:
    """Makes up to 16 calls at once; as a context manager it ends when the last of them has.

    After one that failed no other begins, so that the caller is told within the time of one.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._has_failed = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()

    def begin(self, call: Callable[[], T]) -> Future[T]:
        """Begin a call; its `result()` is what it returns or raises.

        Raises
        ------
        TemporarilyUnavailable
            By `result()`, where another call has failed before this one began.
        """
        return self._pool.submit(carried(self._unless_failed), call)

    def _unless_failed(self, call: Callable[[], T]) -> T:
        if self._has_failed.is_set():
            raise TemporarilyUnavailable
        try:
            return call()
        except Exception:
            self._has_failed.set()
            raise
