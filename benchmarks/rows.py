"""Rows of the table of metrics, and how their figures are taken."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    today: str
        The figure as it is shown; `value` and `aim` are the numbers behind it and behind the goal.
    details: dict
        Every figure it was made from, for the JSON file.
    """

    metric: str
    name: str
    goal: str
    today: str
    limit: str
    best_peer: str
    value: float
    aim: float
    more_is_better: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return self.value >= self.aim if self.more_is_better else self.value <= self.aim


@dataclass(frozen=True, slots=True)
class Effort:
    """How often things are done: medians of at least 15, or a quick look."""

    quick: bool

    @property
    def rounds(self) -> int:
        return 3 if self.quick else 15


def interleaved(cases: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each case; every round has each of them once, so that all see the same disturbances."""
    seen: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, measure in cases.items():
            seen[name].append(measure())
    return {name: statistics.median(values) for name, values in seen.items()}


def table(rows: Iterable[Row]) -> str:
    """The rows as Markdown."""
    head = ["", "metric", "goal", "today", "", "limit", "best peer"]
    body = [[r.metric, r.name, r.goal, r.today, "✓" if r.holds else "✗", r.limit, r.best_peer] for r in rows]
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
    lines = [head, ["-" * width for width in widths], *body]
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines)
