"""What the copied sources ask: whether a removal is on. Also notes which ones were asked for."""

from __future__ import annotations

_on = 0
asked: set[int] = set()


def on(number: int) -> bool:
    asked.add(number)
    return number == _on


def turn_on(number: int) -> None:
    """From now on that one is on, and no other."""
    global _on  # noqa: PLW0603 (asked thousands of times a second, set once per process)
    _on = number
