"""Facets: the subjects, levels and tutors of the published courses, and how many courses each has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Of a facet so many values are told.
VALUES_MAX = 1000


class Facet(StrEnum):
    """The facets of a course."""

    SUBJECT = "subject"
    LEVEL = "level"
    TUTOR = "tutor"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet.

    Attributes
    ----------
    value: str
        The subject as it is written in one of its courses, the level, or the tutor's id.
    count: int
        How many published courses have it.
    name: str or None
        The name of a tutor.
    """

    value: str
    count: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """The values of each facet, those of most courses first."""

    subjects: Sequence[FacetValue]
    levels: Sequence[FacetValue]
    tutors: Sequence[FacetValue]


def summed(parts: Iterable[tuple[str, FacetValue]]) -> list[FacetValue]:
    """Return the values of a facet of which each may be counted in several parts.

    Parameters
    ----------
    parts: iterable of (str, FacetValue)
        The name of the value, the same in all its parts, and a part.
    """
    values: dict[str, list[FacetValue]] = defaultdict(list)
    for name, part in parts:
        values[name].append(part)
    whole = [FacetValue(some[0].value, sum(one.count for one in some), some[0].name) for some in values.values()]
    return sorted(whole, key=lambda one: (-one.count, (one.name or one.value).casefold(), one.value))
