"""Violations of a table's invariants, for people and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be.

    Attributes
    ----------
    kind: str
        Which rule, in a word, e.g. `seats` or `ledger`.
    key: str
        Its subject, e.g. `COURSE#crs_1`.
    message: str
        The state that is there and the one that should be, for people.
    """

    kind: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}: {self.message}"


def differences(
    kind: str, key_of: Callable[[str], str], counted: Counter[str], real: Counter[str]
) -> Iterator[Violation]:
    """Yield a violation for each subject that is counted otherwise than it is."""
    for subject in counted.keys() | real.keys():
        if counted[subject] != real[subject]:
            yield Violation(kind, key_of(subject), f"{counted[subject]} are counted, and {real[subject]} are there")
