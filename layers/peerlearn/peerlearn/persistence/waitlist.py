"""A course's waitlist: one small item for each waiter, in the order of the line, in a partition of its own.

It is apart from the seats, so that reading a long line takes nothing from those who book.
"""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.clock import from_rfc3339
from peerlearn.domain.enrollments import EXACT_POSITIONS, LongLine, Waiter, shown_position
from peerlearn.persistence import keys
from peerlearn.persistence.ranges import items_between, items_under
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Item, Table

_BEHIND = "PK = :line AND SK BETWEEN :own AND :end"


def waiters(table: Table, course_id: str, limit: int | None = None) -> list[Waiter]:
    """Return the waiters in the order of the line, or the first `limit` of them."""
    items = items_under(table, keys.line_partition(course_id), keys.WAIT_PREFIX, limit=limit)
    return [Waiter(item["learnerId"], item["waitingSince"]) for item in items]


def position(table: Table, course_id: str, learner_id: str, waiting_since: str) -> int:
    """Return a waiter's position as it is shown, counted from 1.

    The last of a line counts those behind, which are hardly any; the first count those in front. No more than 1,000 of
    either are read, so that a position costs the same in a line of 5,000 and of 100,000. The count is exact while
    nobody joins or leaves in the milliseconds between the reads.
    """
    line, own = keys.wait(course_id, waiting_since, learner_id)
    with SideBySide() as calls:
        seats = calls.begin(lambda: table.batch_get([keys.seats(course_id)]))
        behind = calls.begin(
            # the own place is read as well
            lambda: table.count(_BEHIND, {":line": line, ":own": own, ":end": keys.LINE_END}, most=EXACT_POSITIONS + 1)
        )
    length = sum(int(item["waitlistLength"]) for item in seats.result().values())
    if behind.result() <= EXACT_POSITIONS:
        return shown_position(length - behind.result() + 1)
    front = items_between(table, line, keys.WAIT_PREFIX, own, limit=EXACT_POSITIONS + 1)
    if len(front) <= EXACT_POSITIONS:
        return shown_position(len(front))
    last = items_under(table, line, keys.WAIT_PREFIX, limit=1, forward=False)
    return LongLine(length, _since(front[-1]), _since(last[0])).position_of(from_rfc3339(waiting_since))


def _since(item: Item) -> datetime:
    return from_rfc3339(item["waitingSince"])
