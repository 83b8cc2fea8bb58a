"""Checks that several histories share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from peerlearn.persistence.items.base import Item
from scripts.invariants import violations
from tests.support.histories.ground import Ground
from tests.support.histories.history import History, Operation

IN, OUT, WAITING = "in", "out", "waiting"
Workload = Callable[[Ground, History, Random, int], None]


def check_table(ground: Ground, history: History, *, settled: bool = False) -> list[Item]:
    """The rules that hold in any table."""
    items = ground.items()
    found = violations(items, settled=settled)
    # courses of tests are in no catalogue
    history.violations += [one for one in found if one.kind != "catalogue"]
    return items


def by_subject(history: History) -> dict[Any, list[Operation]]:
    found: dict[Any, list[Operation]] = defaultdict(list)
    for operation in history.operations:
        found[operation.subject].append(operation)
    return found


def sentence_of(operations: Sequence[Operation]) -> str:
    shown = sorted(operations, key=lambda one: one.began)
    return ", ".join(f"{one.name} {'' if one.argument is None else one.argument} {one.outcome}" for one in shown[:60])
