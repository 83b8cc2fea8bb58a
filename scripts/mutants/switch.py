"""The switch that the copied sources ask: whether a removal is on. It also notes which ones were asked for."""

from __future__ import annotations

import threading

_on = 0
asked: set[int] = set()


class _Recent(threading.local):
    def __init__(self) -> None:
        self.asked: set[int] = set()


# by this thread, since its last write
recent = _Recent()


def on(number: int) -> bool:
    asked.add(number)
    recent.asked.add(number)
    return number == _on


def turn_on(number: int) -> None:
    """From now on that one is on, and no other."""
    global _on  # noqa: PLW0603 (asked thousands of times a second, set once per process)
    _on = number
