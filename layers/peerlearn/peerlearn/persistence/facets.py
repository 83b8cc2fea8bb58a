"""Counters of the values of facets, written with the other places of a course in the catalogue, and so exactly once.

(none)  --first course-->  1        n  --another-->  n + 1        n > 1  --one less-->  n - 1        1  -->  (none)

A value that no course has any more is deleted: the counter of a tutor bears a name.
"""

from __future__ import annotations

from collections.abc import Mapping

from peerlearn.domain.catalogue import facet_values
from peerlearn.domain.courses import Course
from peerlearn.persistence import catalogue_keys
from peerlearn.persistence.counters import counted
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.keys import Key
from peerlearn.persistence.writes import Write, delete, setting, update


def counting_in(course: Course, name: str) -> Write:
    """Return the write that counts a course, and keeps how it writes the value."""
    fields = _fields(course, name)
    sets = ", ".join(f"#{field} = :{field}" for field in fields)
    return update(
        catalogue_keys.facet(name, course.number or 0),
        f"SET {sets} ADD #count :one",
        names={f"#{field}": field for field in (*fields, "count")},
        values={f":{field}": value for field, value in fields.items()} | {":one": 1},
        traced=False,
    )


def renaming(course: Course, name: str) -> Write:
    """Return the write that keeps how a course writes the value from now on."""
    return setting(catalogue_keys.facet(name, course.number or 0), _fields(course, name))


def counting_out(key: Key, found: Mapping[Key, Item]) -> Write:
    """Return the write that counts a course no more, on condition that the counter is as it was found."""
    is_last = "#count = :one"
    is_one_of_several = "#count > :one"
    names = {"#count": "count"}
    if counted(found.get(key)) <= 1:
        return delete(key, condition=is_last, names=names, values={":one": 1})
    values = {":one": 1, ":less": -1}
    return update(key, "ADD #count :less", condition=is_one_of_several, names=names, values=values, traced=False)


def _fields(course: Course, name: str) -> Item:
    value, tutor_name = facet_values(course)[name]
    fields: Item = {"entity": Entity.CATALOGUE_FACET.value, "value": value}
    return fields | ({} if tutor_name is None else {"name": tutor_name})
