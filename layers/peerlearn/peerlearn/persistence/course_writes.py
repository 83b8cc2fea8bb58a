"""Writes of a change to a course: of its own item and of its seats, and the reasons for which they are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peerlearn.domain.courses import Course, Kind, Seats, below_seats_taken
from peerlearn.domain.errors import Conflict
from peerlearn.persistence import keys
from peerlearn.persistence.items.courses import course_item, seats_items, seats_of, shards_of
from peerlearn.persistence.optimistic import WRITTEN_BY
from peerlearn.persistence.ranges import key_of
from peerlearn.persistence.table import ConditionFailed, Item
from peerlearn.persistence.writes import Write, delete, put, setting


def as_read(version: int, assessments: int, values: Item | None = None) -> dict[str, Any]:
    """Return the condition, names and values of a write to a course that nobody has changed since it was read."""
    return {
        "condition": "#version = :version AND #assessments = :assessments",
        "names": {"#version": "version", "#assessments": "assessmentCount"},
        "values": {":version": version, ":assessments": assessments} | (values or {}),
    }


def assessment_deletions(course_id: str, assessment_ids: Sequence[str]) -> list[Write]:
    """Return the writes that delete assessments, each with its instructions."""
    both = (keys.assessment, keys.instructions)
    return [delete(key(course_id, assessment_id)) for assessment_id in assessment_ids for key in both]


def course_update(before: Course, after: Course, token: str) -> Write:
    """Return the update of the course's item; its condition is that nobody has changed the course meanwhile."""
    old, new = course_item(before), course_item(after)
    new[WRITTEN_BY] = token
    is_as_read = "#seen = :seen"
    return _update_of_differences(
        old, new, condition=is_as_read, names={"#seen": "version"}, values={":seen": before.version}
    )


def seats_changes(before: Seats, after: Seats) -> list[Write]:
    """Return the writes that make the seats the wanted ones, and add the shards that are new."""
    old, new = seats_items(before), seats_items(after)
    writes = [_seats_update(was, becomes) for was, becomes in zip(old, new, strict=False) if was != becomes]
    # The new ones need no condition: the first one's says that there are no more yet.
    return writes + [put(shard) for shard in new[len(old) :]]


def _seats_update(was: Item, becomes: Item) -> Write:
    # A course and its seats are two items: a reader who saw one of them changed and not the other knows too few shards.
    has_as_many_shards = "attribute_not_exists(#parts)" if shards_of(was) == 1 else "#parts = :parts"
    conditions = [has_as_many_shards]
    names = {"#parts": "shards"}
    values: Item = {":parts": shards_of(was)} if shards_of(was) > 1 else {}
    if "capacity" in becomes and becomes["capacity"] != was.get("capacity"):
        has_room = "#taken <= :seats"
        conditions.append(has_room)
        names["#taken"] = "seatsTaken"
        values[":seats"] = becomes["capacity"]
    if becomes["kind"] != was["kind"]:
        is_empty = "#taken = :nobody AND #waiting = :nobody"
        conditions.append(is_empty)
        names |= {"#taken": "seatsTaken", "#waiting": "waitlistLength"}
        values[":nobody"] = 0
    if shards_of(becomes) != shards_of(was):
        # new shards are told whether there is a line: there still is, or still is none
        line_is_as_read = "#waiting > :none" if was["waitlistLength"] else "#waiting = :none"
        conditions.append(line_is_as_read)
        names["#waiting"] = "waitlistLength"
        values[":none"] = 0
    return _update_of_differences(was, becomes, condition=" AND ".join(conditions), names=names, values=values)


def _update_of_differences(old: Item, new: Item, *, condition: str, names: dict[str, str], values: Item) -> Write:
    # Only the differences: other writers own other attributes of the item, such as the counters of the seat lock.
    return setting(
        key_of(old),
        {name: value for name, value in new.items() if old.get(name) != value},
        removed=[name for name in old if name not in new],
        condition=condition,
        names=names,
        values=values,
    )


def seats_conflict(failure: ConditionFailed, before: Seats, wanted: Seats) -> Conflict | None:
    """Return the reason why the seats cannot become the wanted ones; None where only a fresh read can tell."""
    found = [seats for seats, failed in zip(failure.found, failure.failed, strict=True) if failed and seats]
    if any(shards_of(seats) != max(1, len(before.shards)) for seats in found):
        return None
    if wanted.shards:
        if wanted.kind is before.kind:
            return None
    else:
        seats = seats_of(found[0])
        if wanted.capacity is not None and wanted.capacity < seats.taken:
            return below_seats_taken(seats.taken)
    other = Kind.COURSE if wanted.kind is Kind.SESSION else Kind.SESSION
    return Conflict(f"A {other.value} that has learners cannot become a {wanted.kind.value}.")
