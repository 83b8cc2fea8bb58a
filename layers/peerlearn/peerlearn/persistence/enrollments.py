"""Enrolments, seats, waitlist and schedules: one transaction per change, if its situation still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from peerlearn.domain.bookings import BookingChange, Gate, Situation, full_seats
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course, Seats
from peerlearn.domain.enrollments import EnrollmentStatus, Schedule, Waiter
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.retrying import Collision
from peerlearn.domain.standing import Admission
from peerlearn.persistence import keys, waitlist
from peerlearn.persistence.guards import not_erased
from peerlearn.persistence.items.base import LAST_CHANGE, LastChange
from peerlearn.persistence.items.courses import course_of, seats_of, shards_of
from peerlearn.persistence.items.enrollments import (
    enrollment_fields,
    schedule_item,
    schedule_of,
    wait_item,
)
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own, replacing
from peerlearn.persistence.seats import KnownShards, seats_in, seats_writes, with_shards
from peerlearn.persistence.standing import admitting, refused
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import Write, delete, put, update

# The first writes of a change. Then follow the schedule, the waitlist and other shards; the last asks for the learner's
# account.
_ENROLLMENT, _SEATS, _SCHEDULE = 0, 1, 2


class EnrollmentRepository:
    """Reads and writes enrolments, seats and schedules for booking, dropping, waiting and promoting."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._shards = KnownShards()

    def known_shards(self, course_id: str) -> int:
        """Return how many shards the course had when this process last saw its seats; 1 where it never did."""
        return self._shards.of(course_id)

    def teaches(self, user_id: str, course_id: str) -> bool:
        """Return whether the course is one that the user made."""
        return self._table.get(keys.teaching(user_id, course_id)) is not None

    def situation(self, learner_id: str, course_id: str) -> Situation:
        """Return the learner's enrolment and schedule and the course's seats, in one round trip.

        It takes two where this process does not know yet that the course has shards.
        """
        enrollment, schedule = keys.enrollment(learner_id, course_id), keys.schedule(learner_id)
        found = self._table.batch_get([enrollment, *self._seat_keys(course_id), schedule])
        seats = self._seats_in(found, course_id)
        return _with_enrollment(
            Situation(
                learner_id,
                course_id,
                status=None,
                waiting_since=None,
                seats=seats,
                schedule=schedule_of(found.get(schedule)),
            ),
            found.get(enrollment),
        )

    def session_to_wait_for(self, learner_id: str, course_id: str) -> Situation:
        """Return the situation that joining a session's line is first decided on: its seats and the learner's schedule.

        It presumes that the learner does not have the session yet. Where the session has shards, only the first is
        read: it tells whether anybody waits, and the rest is presumed too.
        """
        first, schedule = keys.seats(course_id), keys.schedule(learner_id)
        found = self._table.batch_get([first, schedule])
        if first not in found:
            return self.situation(learner_id, course_id)
        self._shards.learn(course_id, shards_of(found[first]))
        seats = seats_of(found[first])
        if shards_of(found[first]) > 1:
            if seats.waitlist_length == 0:
                return self.situation(learner_id, course_id)
            seats = full_seats(seats, shards_of(found[first]))
        return Situation(learner_id, course_id, None, None, seats, schedule_of(found.get(schedule)), is_presumed=True)

    def apply(self, change: BookingChange, token: str, admission: Admission | None = None) -> None:
        """Write the change, wholly or not at all.

        Parameters
        ----------
        token: str
            Made for this call alone. The enrolment keeps it, so that our own write is recognised.
        admission: Admission, optional
            Of the learner who asks for it; None where the product itself acts.

        Raises
        ------
        Collision
        Unauthenticated
            The learner's session has ended, or they have erased their account.
        TooManyRequests
        """
        own_shard, *other_shards = seats_writes(change)
        writes = [_enrollment_write(change, token), own_shard]
        if change.schedule is not None:
            writes.append(_schedule_write(change.situation.learner_id, change.schedule))
        elif change.frees_slot:
            writes.append(_slot_removal(change.situation))
        if change.waiting_since is not None:
            writes.append(_waitlist_write(change, change.waiting_since))
        writes += other_shards
        if admission is not None:
            writes.append(admitting(admission, change.at))
        elif change.gate in (Gate.SEAT, Gate.PLACE_IN_LINE):
            writes.append(not_erased(change.situation.learner_id))
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            if not is_own(failure.found[_ENROLLMENT], token):
                raise self._collision(change, admission, failure) from failure
        if admission is not None:
            admission.spent(change.at)

    def _collision(self, change: BookingChange, admission: Admission | None, failure: ConditionFailed) -> Collision:
        if admission is not None:
            admission = refused(admission, failure, -1, change.at)
        elif change.gate in (Gate.SEAT, Gate.PLACE_IN_LINE) and failure.failed[-1]:
            raise account_erased()
        seats = failure.found[_SEATS]
        if seats is not None:
            self._shards.learn(change.situation.course_id, shards_of(seats))
        asked = admission is not None or change.gate in (Gate.SEAT, Gate.PLACE_IN_LINE)
        others = failure.failed[_SEATS + 1 : -1 if asked else None]
        return Collision(_found_instead(change, failure, others), admission)

    def position(self, course_id: str, learner_id: str, waiting_since: str) -> int:
        """Return a waiting learner's position in the line as it is shown; see `peerlearn.persistence.waitlist`."""
        return waitlist.position(self._table, course_id, learner_id, waiting_since)

    def head(self, course_id: str) -> Waiter | None:
        """Return the waiter who has waited longest, or None."""
        return next(iter(waitlist.waiters(self._table, course_id, limit=1)), None)

    def course(self, course_id: str) -> Course | None:
        """Return the course, or None."""
        key = keys.course(course_id)
        found = self._table.batch_get([key])
        return course_of(found[key]) if key in found else None

    def _seat_keys(self, course_id: str) -> list[keys.Key]:
        return keys.seat_shards(course_id, self._shards.of(course_id))

    def _seats_in(self, found: dict[keys.Key, Item], course_id: str) -> Seats | None:
        seats = seats_in(with_shards(self._table, found, [course_id]), course_id)
        if seats is not None:
            self._shards.learn(course_id, max(1, len(seats.shards)))
        return seats

    def seats(self, course_id: str) -> Seats | None:
        """Return the seats of a course, or None."""
        return self._seats_in(self._table.batch_get(self._seat_keys(course_id)), course_id)


def _changed_fields(change: BookingChange, token: str) -> Item:
    situation = change.situation
    fields: Item = {
        "status": change.after.value,
        "updatedAt": to_rfc3339(change.at),
        WRITTEN_BY: token,
        LAST_CHANGE: LastChange.BOOKED.value,
    }
    if change.after is not EnrollmentStatus.DROPPED:
        fields |= enrollment_fields(situation.learner_id, situation.course_id, change.at)
    if change.after is EnrollmentStatus.WAITLISTED:
        fields["waitingSince"] = change.waiting_since
    if change.shard and change.seats_taken > 0:
        fields["seatShard"] = change.shard
    return fields


def _enrollment_write(change: BookingChange, token: str) -> Write:
    situation, fields = change.situation, _changed_fields(change, token)
    names = {f"#{name}": name for name in fields} | {"#waitingSince": "waitingSince"}
    values = {f":{name}": value for name, value in fields.items()}
    sets = [f"#{name} = :{name}" for name in fields]
    if change.before is None:
        # Progress begins at nothing once; a learner who enrols again goes on from there.
        sets += ["#completedModules = :none", "#points = :zero"]
        names |= {"#completedModules": "completedModules", "#points": "points"}
        values |= {":none": {}, ":zero": 0}
    expression = "SET " + ", ".join(sets)
    gone = [] if change.after is EnrollmentStatus.WAITLISTED else ["#waitingSince"]
    if change.shard and change.seats_taken < 0:
        gone.append("#seatShard")
    if gone:
        expression += " REMOVE " + ", ".join(gone)
    # (none), active, waitlisted or dropped -> the next status, and only from there
    is_as_before = "attribute_not_exists(PK)" if change.before is None else "#status = :before"
    conditions = [is_as_before]
    if change.before is not None:
        values[":before"] = change.before.value
    place, place_names, place_values = _place(change)
    conditions += place
    return update(
        keys.enrollment(situation.learner_id, situation.course_id),
        expression,
        condition=" AND ".join(conditions),
        names=names | place_names,
        values=values | place_values,
    )


def _place(change: BookingChange) -> tuple[list[str], dict[str, str], Item]:
    conditions: list[str] = []
    names: dict[str, str] = {}
    values: Item = {}
    if change.before is EnrollmentStatus.WAITLISTED:
        # waitlisted since then: a learner who left and joined again has another place in the line
        conditions.append("#waitingSince = :since")
        values[":since"] = change.waiting_since
    if change.seats_taken < 0 and change.shards > 1:
        # the seat is counted where it is given up
        conditions.append("#seatShard = :there" if change.shard else "attribute_not_exists(#seatShard)")
        names["#seatShard"] = "seatShard"
        values |= {":there": change.shard} if change.shard else {}
    return conditions, names, values


def _schedule_write(learner_id: str, schedule: Schedule) -> Write:
    # No other booking of this learner came in between.
    return replacing(schedule_item(learner_id, schedule), schedule.version - 1)


def _slot_removal(situation: Situation) -> Write:
    return update(
        keys.schedule(situation.learner_id),
        "SET #version = #version + :one REMOVE #slots.#course",
        condition="attribute_exists(PK)",
        names={"#slots": "slots", "#course": situation.course_id, "#version": "version"},
        values={":one": 1},
    )


def _waitlist_write(change: BookingChange, waiting_since: str) -> Write:
    course_id, learner_id = change.situation.course_id, change.situation.learner_id
    if change.after is EnrollmentStatus.WAITLISTED:
        return put(wait_item(course_id, learner_id, waiting_since))
    return delete(keys.wait(course_id, waiting_since, learner_id))


def _found_instead(change: BookingChange, failure: ConditionFailed, others: Sequence[bool]) -> Situation | None:
    if failure.undecided[_ENROLLMENT]:
        # The reasons have an order: the learner's own enrolment must be known before the seats may refuse.
        return None
    # The seats alone stay presumed, taken or free, and nobody is refused for that.
    situation = replace(change.situation, is_presumed=False)
    if failure.failed[_ENROLLMENT]:
        situation = _with_enrollment(situation, failure.found[_ENROLLMENT])
    if any(others) and change.shards > 1:
        return None
    if failure.failed[_SEATS]:
        found = failure.found[_SEATS]
        if found is not None and shards_of(found) > 1:
            # One shard tells little of the course, but where it is found to have shards, they are most likely free.
            is_guess = shards_of(found) != change.shards and change.gate is not Gate.PLACE_IN_LINE
            if not is_guess or found["waitlistLength"] != 0:
                return None
            return replace(situation, seats=seats_of(found)).presuming_shards(shards_of(found))
        situation = replace(situation, seats=seats_of(found) if found else None)
    if change.schedule is not None and failure.failed[_SCHEDULE]:
        situation = replace(situation, schedule=schedule_of(failure.found[_SCHEDULE]))
    return situation


def _with_enrollment(situation: Situation, item: Item | None) -> Situation:
    if item is None:
        return replace(situation, status=None, waiting_since=None)
    return replace(
        situation,
        status=EnrollmentStatus(item["status"]),
        waiting_since=item.get("waitingSince"),
        seat_shard=int(item.get("seatShard", 0)),
    )
