"""What the copied sources ask: whether a removal is on. Also notes which ones were asked for."""

from __future__ import annotations

import os

_on = int(os.environ.get("MUTANT", "0"))
asked: set[int] = set()


def on(number: int) -> bool:
    asked.add(number)
    return number == _on
