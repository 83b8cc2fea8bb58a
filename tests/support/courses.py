"""Courses for tests, written as items: open, with seats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import SEATS_PER_SHARD, Course, CourseStatus, Kind, Level, Module, Seats, Tutor
from peerlearn.domain.enrollments import EnrollmentStatus, Slot
from peerlearn.domain.ids import new_id
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.courses import course_item, outline_item, seats_items
from peerlearn.persistence.items.enrollments import schedule_of
from peerlearn.persistence.seats import seats_in, with_shards
from peerlearn.persistence.table import Item, Table
from peerlearn.persistence.waitlist import waiters
from peerlearn.persistence.writes import put
from tests.support.lag_readers import own_look

HOLDING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED)


class Courses:
    """Makes them, and looks at what became of them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(
        self,
        capacity: int | None = 10,
        *,
        slot: tuple[datetime, datetime] | None = None,
        status: CourseStatus = CourseStatus.PUBLISHED,
        title: str = "Chess endgames",
        tutor_id: str = "usr_tutor",
        modules: Sequence[Module] = (Module("mod_1", "Pawns", 20), Module("mod_2", "Rooks", 30)),
        course_id: str | None = None,
        seats_per_shard: int = SEATS_PER_SHARD,
    ) -> str:
        """A course, or a session where a time is given; its id."""
        kind = Kind.SESSION if slot else Kind.COURSE
        course_id = course_id or new_id(kind.id_prefix)
        starts_at, ends_at = slot or (None, None)
        course = Course(
            course_id=course_id,
            title=title,
            description="From the simplest positions on.",
            subject="Games",
            level=Level.BEGINNER,
            kind=kind,
            tutor=Tutor(tutor_id, "Ada"),
            status=status,
            starts_at=starts_at,
            ends_at=ends_at,
            created_at=utc_now(),
            version=1,
        )
        self._table.write(put(course_item(course)))
        self._table.write(put(outline_item(course_id, modules)))
        seats = Seats(course_id, 0, 0, 0, 0, 0, status, kind, starts_at, ends_at)
        self.set_seats(seats.resized(capacity, seats_per_shard))
        return course_id

    def set_seats(self, seats: Seats) -> None:
        for item in seats_items(seats):
            self._table.write(put(item))

    def seats(self, course_id: str) -> Seats:
        seats = seats_in(self._seat_items(course_id), course_id)
        assert seats is not None
        return seats

    def _seat_items(self, course_id: str) -> dict[keys.Key, Item]:
        return with_shards(self._table, self._table.batch_get([keys.seats(course_id)]), [course_id])

    def roster(self, course_id: str, *statuses: EnrollmentStatus) -> list[Item]:
        """The enrolments of a course as they are stored, of any status or of those, in the roster's order."""
        with own_look():
            items = self._table.query(
                "GSI1PK = :roster", {":roster": index_keys.roster_partition(course_id)}, index="GSI1"
            )
            # the index does not hold all of an enrolment
            named = [keys.Key(item["PK"], item["SK"]) for item in items]
            stored = self._table.batch_get(named)
        whole = [stored[key] for key in named if key in stored]
        return [item for item in whole if not statuses or EnrollmentStatus(item["status"]) in statuses]

    def waiting(self, course_id: str) -> list[str]:
        """Learners in the waitlist, in its order."""
        return [waiter.learner_id for waiter in waiters(self._table, course_id)]

    def booked(self, learner_id: str) -> dict[str, Slot]:
        """A learner's booked times, by course."""
        return dict(schedule_of(self._table.get(keys.schedule(learner_id))).slots)

    def check(self, course_id: str) -> None:
        """Everything that is counted agrees with what is there. Only while nobody writes."""
        seats = self.seats(course_id)
        counted = [EnrollmentStatus(item["status"]) for item in self.roster(course_id)]
        assert seats.taken == sum(status.holds_seat for status in counted)
        assert seats.completed == counted.count(EnrollmentStatus.COMPLETED)
        assert seats.dropped == counted.count(EnrollmentStatus.DROPPED)
        waitlisted = self.roster(course_id, EnrollmentStatus.WAITLISTED)
        assert seats.waitlist_length == len(waitlisted)
        assert sorted(self.waiting(course_id)) == sorted(item["learnerId"] for item in waitlisted)
        assert seats.capacity is None or seats.taken <= seats.capacity
        # Of each shard too: its own seats, and whether anybody waits.
        held = Counter(int(item.get("seatShard", 0)) for item in self.roster(course_id, *HOLDING))
        for number, key in enumerate(keys.seat_shards(course_id, max(1, len(seats.shards)))):
            item = self._seat_items(course_id)[key]
            assert item["seatsTaken"] == held[number]
            assert item["seatsTaken"] <= item.get("capacity", item["seatsTaken"])
            assert item["waitlistLength"] == (min(seats.waitlist_length, 1) if number else seats.waitlist_length)
            assert item.get("shards", 1) == max(1, len(seats.shards))
