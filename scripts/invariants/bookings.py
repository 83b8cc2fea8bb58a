"""Seats, waitlists and booked times."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from peerlearn.domain.courses import Kind, Seats
from peerlearn.domain.enrollments import EnrollmentStatus, Slot
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.courses import seats_of, shards_of
from peerlearn.persistence.items.enrollments import schedule_of
from scripts.invariants.violation import Violation


class SeatsCheck:
    """Counters of seats are the enrolments, the line is who waits, and no seat is taken twice."""

    def __init__(self, now: datetime, *, settled: bool) -> None:
        self._now = now
        self._settled = settled
        # by shard: a course whose seats are one item has that
        self._seats: dict[str, dict[int, Item]] = defaultdict(dict)
        self._held: dict[str, Counter[int]] = defaultdict(Counter)
        self._statuses: dict[str, Counter[EnrollmentStatus]] = defaultdict(Counter)
        # (learner, since when): as their enrolments say, and as the line says
        self._waiting: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
        self._line: dict[str, set[tuple[str, str | None]]] = defaultdict(set)

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.SEATS:
            self._seats[item["courseId"]][keys.shard_number(keys.Key(item["PK"], item["SK"]))] = item
        elif entity == Entity.ENROLLMENT:
            status = EnrollmentStatus(item["status"])
            self._statuses[item["courseId"]][status] += 1
            if status.holds_seat:
                self._held[item["courseId"]][int(item.get("seatShard", 0))] += 1
            if item["status"] == EnrollmentStatus.WAITLISTED:
                self._waiting[item["courseId"]].add((item["learnerId"], item.get("waitingSince")))
        elif entity == Entity.WAIT:
            self._line[item["courseId"]].add((item["learnerId"], item["waitingSince"]))

    def violations(self) -> Iterator[Violation]:
        for course_id in self._seats.keys() | self._statuses.keys() | self._line.keys():
            key = keys.course_partition(course_id)
            if course_id not in self._seats:
                yield Violation("seats", key, "somebody is enrolled or waits, and there are no seats")
                continue
            shards = [item for _, item in sorted(self._seats[course_id].items())]
            yield from self._of_course(key, course_id, seats_of(*shards))
            yield from self._of_shards(key, course_id, shards)

    def _of_shards(self, key: str, course_id: str, shards: list[Item]) -> Iterator[Violation]:
        if {shards_of(item) for item in shards} != {len(shards)}:
            yield Violation("shards", key, f"{len(shards)} shards, and not all of them know it")
        if len(shards) == 1:
            # a mistake in it is one of the course
            return
        line = min(1, int(shards[0]["waitlistLength"]))
        for number, item in enumerate(shards):
            taken, held = int(item["seatsTaken"]), self._held[course_id][number]
            if taken != held or taken > item.get("capacity", taken):
                yield Violation("shards", key, f"{taken} of shard {number} are taken, and {held} enrolments are there")
            if number and item["waitlistLength"] != line:
                yield Violation("shards", key, f"shard {number} does not know whether somebody waits")

    def _of_course(self, key: str, course_id: str, seats: Seats) -> Iterator[Violation]:
        statuses = self._statuses[course_id]
        holding = sum(number for status, number in statuses.items() if status.holds_seat)
        counted = {
            "seatsTaken": (seats.taken, holding),
            "waitlistLength": (seats.waitlist_length, statuses[EnrollmentStatus.WAITLISTED]),
            "completedCount": (seats.completed, statuses[EnrollmentStatus.COMPLETED]),
            "droppedCount": (seats.dropped, statuses[EnrollmentStatus.DROPPED]),
        }
        for name, (stored, real) in counted.items():
            if stored != real or stored < 0:
                yield Violation("seats", key, f"{name} is {stored}, and {real} enrolments are so")
        if seats.capacity is not None and max(seats.taken, holding) > seats.capacity:
            yield Violation("seats", key, f"{max(seats.taken, holding)} seats are taken of {seats.capacity}")
        for learner_id, since in self._waiting[course_id] ^ self._line[course_id]:
            where = "not in the line" if (learner_id, since) in self._waiting[course_id] else "only in the line"
            yield Violation("waitlist", key, f"{learner_id} waits since {since} and is {where}")
        if self._settled and self._line[course_id] and not seats.is_full and seats.is_open(self._now):
            yield Violation("promotion", key, "a seat is free, and somebody waits for it")


class SchedulesCheck:
    """Holders of a seat in a session have its time in their schedule, nobody else has, and no two times overlap."""

    def __init__(self, now: datetime, *, settled: bool) -> None:
        self._now = now
        self._settled = settled
        self._sessions: dict[str, Slot] = {}
        self._erased: set[str] = set()
        self._held: dict[str, set[str]] = defaultdict(set)
        self._slots: dict[str, Mapping[str, Slot]] = {}

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.SEATS and item["kind"] == Kind.SESSION and "startsAt" in item and "endsAt" in item:
            seats = seats_of(item)
            if seats.starts_at is not None and seats.ends_at is not None:
                self._sessions[seats.course_id] = Slot(seats.course_id, seats.starts_at, seats.ends_at)
        elif entity == Entity.ENROLLMENT and EnrollmentStatus(item["status"]).holds_seat:
            self._held[item["learnerId"]].add(item["courseId"])
        elif entity == Entity.SCHEDULE:
            self._slots[item["userId"]] = schedule_of(item).slots
        elif entity == Entity.ERASURE:
            self._erased.add(item["userId"])

    def violations(self) -> Iterator[Violation]:
        # An erased learner keeps the seats of completed sessions, and no times.
        for learner_id in (self._held.keys() - self._erased) | self._slots.keys():
            key = keys.user_partition(learner_id)
            slots, held = self._slots.get(learner_id, {}), self._held[learner_id]
            for course_id in slots.keys() - held:
                yield Violation("schedule", key, f"{course_id} is booked without a seat in it")
            for course_id in held & self._sessions.keys() - slots.keys():
                # those that are over are forgotten at the next booking
                if self._sessions[course_id].ends_at > self._now:
                    yield Violation("schedule", key, f"a seat in {course_id} without its time being booked")
            if self._settled:
                yield from self._moved(key, slots)

    def _moved(self, key: str, slots: Mapping[str, Slot]) -> Iterator[Violation]:
        # Only once settled: a session that its tutor moves may come to overlap another, and that is told, not refused.
        for course_id, slot in slots.items():
            if course_id in self._sessions and self._sessions[course_id] != slot:
                yield Violation("schedule", key, f"{course_id} is booked at another time than its own")
