"""A course's learners, page by page, and the times that they have booked."""

from __future__ import annotations

from collections.abc import Sequence

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Seats
from peerlearn.domain.enrollments import EnrollmentStatus, Slot
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.guards import HOLDS_SEAT, SEATED, STATUS_NAME, holds_seat
from peerlearn.persistence.items.base import LAST_CHANGE, LastChange
from peerlearn.persistence.items.enrollments import schedule_of
from peerlearn.persistence.ranges import page_under
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import update


class RosterRepository:
    """Pages through all learners of a course, for work that must leave none out."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._enrollments = EnrollmentRepository(table)

    def seats(self, course_id: str) -> Seats | None:
        """Return the seats of a course, or None."""
        return self._enrollments.seats(course_id)

    def seat_holders(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]:
        """Return a page of the learners with a seat, by an index, which may lag in both directions.

        Parameters
        ----------
        place: str
            Behind which to go on; empty at the beginning.
        limit: int
            How many entries of the roster to look at.

        Returns
        -------
        (list of str, str or None)
            Learners, and the place behind which the next page begins; None behind the last one.
        """
        page, _ = self._table.query_page(
            "GSI1PK = :roster" + (" AND GSI1SK > :place" if place else ""),
            {":roster": index_keys.roster_partition(course_id), **SEATED, **({":place": place} if place else {})},
            index="GSI1",
            where=HOLDS_SEAT,
            names=STATUS_NAME,
            limit=limit,
        )
        return [item["learnerId"] for item in page.items], str(page.last["GSI1SK"]) if page.last else None

    def waiters(self, course_id: str, place: str, limit: int) -> tuple[list[str], str | None]:
        """Return a page of the waiters in the order of the line; as `seat_holders`, but by the table itself."""
        items, following = page_under(self._table, keys.line_partition(course_id), keys.WAIT_PREFIX, place, limit)
        return [item["learnerId"] for item in items], following

    def with_seat(self, course_id: str, learner_ids: Sequence[str]) -> list[str]:
        """Return those of the learners who hold a seat in the course, by the table itself."""
        found = self._table.batch_get([keys.enrollment(learner_id, course_id) for learner_id in learner_ids])
        held = {item["learnerId"] for item in found.values() if EnrollmentStatus(item["status"]).holds_seat}
        return [learner_id for learner_id in learner_ids if learner_id in held]

    def without_slot(self, learner_ids: Sequence[str], slot: Slot) -> list[str]:
        """Return those of the learners whose schedule does not have the course at that time."""
        found = self._table.batch_get([keys.schedule(learner_id) for learner_id in learner_ids])
        schedules = {learner_id: schedule_of(found.get(keys.schedule(learner_id))) for learner_id in learner_ids}
        return [learner_id for learner_id, one in schedules.items() if one.slots.get(slot.course_id) != slot]

    def move_slot(self, learner_id: str, slot: Slot, token: str) -> bool:
        """Set the course's time in a learner's schedule; return False where nothing had to be moved."""
        is_elsewhere = "attribute_not_exists(#slots.#course) OR #slots.#course <> :slot"
        writes = [
            holds_seat(learner_id, slot.course_id),
            update(
                keys.schedule(learner_id),
                # A new version: a booking that looked at the old times must look again.
                "SET #slots.#course = :slot, #version = #version + :one, #change = :moved",
                condition=f"attribute_exists(PK) AND ({is_elsewhere})",
                names={"#slots": "slots", "#course": slot.course_id, "#version": "version", "#change": LAST_CHANGE},
                values={
                    ":moved": LastChange.MOVED.value,
                    ":slot": {"startsAt": to_rfc3339(slot.starts_at), "endsAt": to_rfc3339(slot.ends_at)},
                    ":one": 1,
                },
            ),
        ]
        try:
            self._table.transact(writes, token)
        except ConditionFailed:
            # Either the slot already has this time, by our own lost write or another's, or the learner gave it up.
            return False
        return True
