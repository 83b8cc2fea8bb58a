"""Operations as their callers saw them, with times and outcomes, and the orders that may explain them.

An operation is `ok`, `refused` with a code, or `unknown`: nobody heard whether it was done. An unknown one may have
happened at any time since it began, or never; nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from peerlearn.domain.errors import DomainError, TemporarilyUnavailable
from scripts.invariants import Violation
from tests.support.at_once import succeed_at_once

THREADS = 32
OK, UNKNOWN = "ok", "unknown"

S = TypeVar("S", bound=Hashable)
Call = tuple[str, Hashable, Callable[[], object]] | tuple[str, Hashable, Callable[[], object], Hashable]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call and what came of it; times are those of one clock, in seconds.

    Attributes
    ----------
    name: str
        The use case.
    subject: hashable
        What it was about, e.g. (course, learner).
    argument: hashable
        What else was said that matters to its outcome.
    outcome: str
        `ok`, `unknown`, or the code of a refusal, or its reason where it has one.
    """

    name: str
    subject: Hashable
    argument: Hashable
    began: float
    ended: float
    outcome: str
    result: object = None

    @property
    def is_unknown(self) -> bool:
        return self.outcome == UNKNOWN


@dataclass(slots=True)
class History:
    """The operations of one run, in the order in which they were answered."""

    operations: list[Operation] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def call(
        self, name: str, subject: Hashable, use_case: Callable[[], object], argument: Hashable = None
    ) -> Operation:
        """Calls it and records what came of it."""
        result: object = None
        began = time.monotonic()
        try:
            result = use_case()
            outcome = OK
        except TemporarilyUnavailable:
            outcome = UNKNOWN
        except DomainError as refusal:
            outcome = str(refusal.details.get("reason", refusal.code))
        except Exception as error:  # noqa: BLE001 (whatever it is, nobody should have seen it)
            outcome = f"crashed: {error!r}"
        operation = Operation(name, subject, argument, began, time.monotonic(), outcome, result)
        with self._lock:
            self.operations.append(operation)
            if outcome.startswith("crashed"):
                self.violations.append(Violation("crash", name, outcome))
        return operation

    def at_once(self, calls: Iterable[Call]) -> None:
        """Calls them all on many threads."""
        if not (calls := list(calls)):
            return
        succeed_at_once([partial(self.call, *one) for one in calls])

    def of(self, subject: Hashable) -> list[Operation]:
        return [operation for operation in self.operations if operation.subject == subject]

    def found(self, kind: str, key: object, message: str) -> None:
        self.violations.append(Violation(kind, str(key), message))

    def count(self, kind: str) -> int:
        """How many were `ok`, `refused` or `unknown`."""
        outcomes = [operation.outcome for operation in self.operations]
        if kind == "refused":
            return sum(outcome not in (OK, UNKNOWN) for outcome in outcomes)
        return outcomes.count(kind)


# The behaviour of one thing by itself: for an operation in a state, each outcome it may have and the state after it.
Model = Callable[[S, Operation], Iterable[tuple[str, S]]]


def explained(operations: Sequence[Operation], model: Model[S], initial: S, final: Callable[[S], bool]) -> bool:
    """Whether the operations can have happened one after another, each at a moment between its beginning and its end.

    The search of Wing and Gong, "Testing and Verifying Concurrent Objects" (1993), with Lowe's memory of what was seen.
    Of equal operations at the same time the one that ended first goes first: any other order explains no more.
    """
    ordered = sorted(operations, key=lambda one: one.ended)
    seen: set[tuple[frozenset[int], S]] = set()
    stack: list[tuple[frozenset[int], S]] = [(frozenset(range(len(ordered))), initial)]
    while stack:
        left, state = stack.pop()
        if (left, state) in seen:
            continue
        seen.add((left, state))
        definite = [ordered[number] for number in left if not ordered[number].is_unknown]
        if not definite and final(state):
            return True
        horizon = min((one.ended for one in definite), default=float("inf"))
        tried: set[tuple[object, ...]] = set()
        for number in sorted(left):
            one = ordered[number]
            kind = (one.name, one.argument, one.outcome, repr(one.result))
            if one.began > horizon or kind in tried:
                continue
            tried.add(kind)
            for outcome, after in model(state, one):
                if one.is_unknown or outcome == one.outcome:
                    stack.append((left - {number}, after))
    return False


def total(histories: Iterable[History]) -> History:
    """All of them as one, for counting."""
    everything = History()
    for history in histories:
        everything.operations += history.operations
        everything.violations += history.violations
    return everything
