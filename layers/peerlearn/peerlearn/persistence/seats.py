"""The seats of a course as items: one, or for a large course one for each shard, each in a partition of its own.

Of the shards of a course the following is true at every moment:

    each sells no more than its part of the capacity                     so all of them no more than the capacity
    `waitlistLength` of the first is the line's, of the others 0 or 1    all are 0, or none is: nobody passes a line by
    `shards` is the same in all, and only grows                          an enrolment's `seatShard` stays where it is
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from peerlearn.domain.bookings import BookingChange, Gate
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import CourseStatus, Seats
from peerlearn.persistence import keys
from peerlearn.persistence.items.courses import seats_of, shards_of
from peerlearn.persistence.table import Item, Table
from peerlearn.persistence.writes import Write, update

Found = dict[keys.Key, Item]
# each placeholder has the name of its attribute
_NAMES = re.compile(r"#(\w+)")


class KnownShards:
    """Caches how many shards courses have, so that a booking need not read the first one for that."""

    _MAX = 1000

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def of(self, course_id: str) -> int:
        """Return how many shards the course was last seen with; 1 where it never was."""
        return self._counts.get(course_id, 1)

    def learn(self, course_id: str, count: int) -> None:
        """Remember how many shards the course has."""
        if count == self.of(course_id):
            return
        if len(self._counts) >= self._MAX:
            # bounded: a course that is forgotten costs one more round trip
            self._counts.clear()
        self._counts[course_id] = count


def with_shards(table: Table, found: Found, course_ids: Iterable[str], *, consistent: bool = True) -> Found:
    """Return the found items with the shards of those courses, without a call where no shard is missing."""
    missing = [
        key
        for course_id in course_ids
        if (first := found.get(keys.seats(course_id))) is not None
        for key in keys.seat_shards(course_id, shards_of(first))
        if key not in found
    ]
    return found | table.batch_get(missing, consistent=consistent) if missing else found


def seats_in(found: Mapping[keys.Key, Item], course_id: str) -> Seats | None:
    """Return the seats of a course among what was found; None where they are missing, or being deleted."""
    first = found.get(keys.seats(course_id))
    if first is None:
        return None
    items = [found.get(key) for key in keys.seat_shards(course_id, shards_of(first))]
    there = [item for item in items if item is not None]
    return seats_of(*there) if len(there) == len(items) else None


def seats_writes(change: BookingChange) -> list[Write]:
    """Return the writes of a change to the seats: the item of its own shard, then those that a line concerns."""
    line = range(change.shards) if change.turns_line else (0,) if change.waiting else ()
    return [_write(change, number) for number in (change.shard, *(one for one in line if one != change.shard))]


def _write(change: BookingChange, number: int) -> Write:
    # The kind says whether a schedule belongs to the change; a course's id is only a hint of it.
    conditions = ["#kind = :kind"]
    values: Item = {":kind": change.kind.value}
    has_as_many_shards = "attribute_not_exists(#shards)" if change.shards == 1 else "#shards = :shards"
    conditions.append(has_as_many_shards)
    if change.shards > 1:
        values[":shards"] = change.shards
    sets = []
    for name, step in _steps(change, number).items():
        sets.append(f"#{name} = #{name} {'+' if step > 0 else '-'} :{name}")
        values[f":{name}"] = abs(step)
        if step < 0 and (change.shards == 1 or name == "seatsTaken"):
            conditions.append(f"#{name} >= :{name}")
    if change.shards > 1 and change.waiting and (number == 0 or change.turns_line):
        # 0 --first joins--> 1 in all shards    1 --last leaves--> 0 in all shards
        # n --joins, n > 0--> n + 1, n --leaves, n > 1--> n - 1 in the first alone
        line_is_as_read = "#waitlistLength = :line" if change.turns_line else "#waitlistLength > :line"
        conditions.append(line_is_as_read)
        values[":line"] = 0 if change.waiting > 0 else 1
    if change.gate is Gate.PLACE_IN_LINE or (change.gate is not Gate.EXIT and number == change.shard):
        gate, gate_values = _gate(change)
        conditions += gate
        values |= gate_values
    expression = "SET " + ", ".join(sets)
    names = {f"#{name}": name for name in _NAMES.findall(" ".join((expression, *conditions)))}
    key = keys.seat_shard(change.situation.course_id, number)
    return update(key, expression, condition=" AND ".join(conditions), names=names, values=values)


def _steps(change: BookingChange, number: int) -> dict[str, int]:
    """Return by how much the change moves each counter of a shard."""
    is_own, is_told = number == change.shard, number == 0 or change.turns_line
    steps = {
        "seatsTaken": change.seats_taken if is_own else 0,
        "waitlistLength": change.waiting if is_told else 0,
        "droppedCount": change.dropped if is_own else 0,
    }
    return {name: step for name, step in steps.items() if step}


def _gate(change: BookingChange) -> tuple[list[str], Item]:
    # published and not over -> open;  open, taken < capacity -> a seat;  nobody waiting -> for anyone
    is_open = "#status = :published AND (attribute_not_exists(#endsAt) OR #endsAt > :now)"
    has_free_seat = "(attribute_not_exists(#capacity) OR #seatsTaken < #capacity)"
    nobody_waits = "#waitlistLength = :zero"
    no_seat = "#seatsTaken >= #capacity"
    no_seat_at_once = "(#seatsTaken >= #capacity OR #waitlistLength > :zero)"
    is_at_that_time = "#startsAt = :startsAt AND #endsAt = :endsAt"

    values: Item = {":published": CourseStatus.PUBLISHED.value, ":now": to_rfc3339(change.at)}
    conditions = [is_open]
    if change.gate is not Gate.PLACE_IN_LINE:
        conditions.append(has_free_seat)
    elif change.shards == 1:
        conditions.append(no_seat_at_once)
    elif change.turns_line:
        conditions.append(no_seat)
    if change.gate is Gate.SEAT:
        conditions.append(nobody_waits)
    if change.gate is Gate.SEAT or (change.gate is Gate.PLACE_IN_LINE and change.shards == 1):
        values[":zero"] = 0
    if change.slot is not None:
        conditions.append(is_at_that_time)
        values |= {":startsAt": to_rfc3339(change.slot.starts_at), ":endsAt": to_rfc3339(change.slot.ends_at)}
    return conditions, values
