"""Freed seats go to the heads of waitlists, first come, first served. Repeated, or done by two at once, it is safe."""

from __future__ import annotations

from typing import Protocol
from uuid import uuid4

from peerlearn.domain.bookings import BookingChange, Situation, promote
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.enrollments import EnrollmentStatus, Waiter
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.retrying import Collision

# In a row: others keep changing the same waitlist, so the record is worth handing over again later.
TRIES_MAX = 20
# In one go: of a course that grows by thousands of seats many are given away at once.
SEATS_AT_ONCE = 100


class Waitlists(Protocol):
    """The store of promoting; see `peerlearn.persistence.enrollments`."""

    def head(self, course_id: str) -> Waiter | None: ...
    def situation(self, learner_id: str, course_id: str) -> Situation: ...
    def apply(self, change: BookingChange, token: str) -> None: ...


class PromotionService:
    """Gives every free seat of a course to the learner who has waited longest for it."""

    def __init__(self, store: Waitlists, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock

    def promote(self, course_id: str) -> list[str]:
        """Promote until no seat is free or nobody waits.

        Returns
        -------
        list of str
            The learners who got a seat in this call, in their order.

        Raises
        ------
        TemporarilyUnavailable
            Others changed the same waitlist all the time; seats given away so far stay given.
        """
        promoted, is_done = self.promote_some(course_id)
        while not is_done:
            more, is_done = self.promote_some(course_id)
            promoted += more
        return promoted

    def promote_some(self, course_id: str, most: int = SEATS_AT_ONCE) -> tuple[list[str], bool]:
        """Take at most that many learners off the waitlist.

        Returns
        -------
        (list of str, bool)
            The learners who got a seat in this call, in their order; whether no seat is free or nobody waits any more.

        Raises
        ------
        TemporarilyUnavailable
            Others changed the same waitlist all the time; seats given away so far stay given.
        """
        promoted: list[str] = []
        collisions = changed = 0
        while collisions < TRIES_MAX:
            if changed == most:
                return promoted, False
            head = self._store.head(course_id)
            if head is None:
                return promoted, True
            situation = self._store.situation(head.learner_id, course_id)
            if (situation.status, situation.waiting_since) != (EnrollmentStatus.WAITLISTED, head.waiting_since):
                collisions += 1  # promoted by another, or gone, between the two readings
                continue
            change = promote(situation, self._clock())
            if change is None:
                return promoted, True
            try:
                self._store.apply(change, str(uuid4()))
            except Collision:
                collisions += 1
                continue
            collisions, changed = 0, changed + 1
            if change.after.holds_seat:
                promoted.append(head.learner_id)
        raise TemporarilyUnavailable
