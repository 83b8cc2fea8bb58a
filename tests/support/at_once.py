"""Calls that begin at the same moment, on threads of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from peerlearn.domain.errors import DomainError

T = TypeVar("T")


def at_once(tasks: Sequence[Callable[[], T]], threads: int = 32) -> list[T | DomainError]:
    """Return the result of each task; a refusal is a result like any other."""
    return succeed_at_once([refusable(task) for task in tasks], threads)


def succeed_at_once(tasks: Sequence[Callable[[], T]], threads: int = 32) -> list[T]:
    """Return the result of each task; raise what the first that failed raised."""
    workers = min(threads, len(tasks))
    start = Barrier(workers)
    # A worker waits for all of them before its first task.
    with ThreadPoolExecutor(workers, initializer=start.wait) as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]


def refusable(task: Callable[[], T]) -> Callable[[], T | DomainError]:
    """Return the same task, which returns a refusal instead of raising it."""

    def outcome() -> T | DomainError:
        try:
            return task()
        except DomainError as refusal:
            return refusal

    return outcome
