"""Courses are numbered in the order in which they are made; a number that was given and not used is a gap."""

from __future__ import annotations

from dataclasses import replace

from peerlearn.domain.courses import Course
from peerlearn.persistence import catalogue_keys, keys
from peerlearn.persistence.counters import adding, counted
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import update


def next_number(table: Table) -> int:
    """Return a number that no other course has."""
    # Nothing guards it: a repeat after a lost reply leaves a gap, which means nothing.
    return counted(table.write(adding(catalogue_keys.numbers(), Entity.COURSE_NUMBERS, 1), returning="UPDATED_NEW"))


def numbered(table: Table, course: Course) -> Course:
    """Return the course with its number; one that was made without gets it now.

    (none)  -->  a number, which stays
    """
    if course.number is not None:
        return course
    has_none = "attribute_exists(PK) AND attribute_not_exists(#number)"
    numbering = update(
        keys.course(course.course_id),
        "SET #number = :number",
        condition=has_none,
        names={"#number": "courseNumber"},
        values={":number": (number := next_number(table))},
    )
    try:
        table.write(numbering)
    except ConditionFailed as failure:
        # Somebody else was faster, or it was deleted; then it has no place.
        found = failure.found[0] or {}
        number = int(found.get("courseNumber", number))
    return replace(course, number=number)
