"""Booking a seat, dropping it, waiting for one, and listing what one has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.bookings import Change, Collision, Situation, book, join_line, leave_line, withdraw
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.enrollments import (
    DenialReason,
    Enrollment,
    EnrollmentListing,
    EnrollmentStatus,
    PlaceInLine,
)
from peerlearn.domain.errors import EnrollmentDenied, TemporarilyUnavailable
from peerlearn.domain.paging import PageRequest, PageResult, slice_page

# Each collision means that somebody else got something done; past this many the course is too busy to go on.
DECISIONS_MAX = 8


class Enrollments(Protocol):
    """What these use cases need of the store; see `peerlearn.persistence.enrollments`."""

    def known_shards(self, course_id: str) -> int: ...
    def situation(self, learner_id: str, course_id: str) -> Situation: ...
    def apply(self, change: Change, token: str) -> None: ...
    def position(self, course_id: str, learner_id: str, waiting_since: str) -> int: ...
    def of_learner(self, learner_id: str) -> list[Enrollment]: ...
    def titles(self, course_ids: Sequence[str]) -> dict[str, str]: ...


class EnrollmentService:
    """The use cases of the `enrollments` endpoints."""

    def __init__(self, store: Enrollments, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock

    def enroll(self, learner_id: str, course_id: str) -> Enrollment:
        """A seat, at once. A course takes one round trip; a session two, since its time must be compared.

        A course whose seats are in shards takes one more where this process does not know of them yet, and two more
        where the learner's own shard is full.

        Raises
        ------
        CourseNotFound
        EnrollmentDenied
            `details.reason` says why; COURSE_FULL comes with `waitlistLength`, ALREADY_WAITLISTED with `position`.
        """
        now = self._clock()

        presumed = self._presumed(learner_id, course_id, None)
        return self._settle(presumed, lambda situation: book(situation, now), needs_schedule=True).enrollment

    def withdraw(self, learner_id: str, course_id: str) -> None:
        """Gives the seat up; progress stays, for a later return.

        Raises
        ------
        CourseNotFound, NotEnrolled, Conflict
        """
        now = self._clock()
        presumed = self._presumed(learner_id, course_id, EnrollmentStatus.ACTIVE)
        self._settle(presumed, lambda situation: withdraw(situation, now))

    def join_waitlist(self, learner_id: str, course_id: str) -> PlaceInLine:
        """A place in the waitlist of a full course.

        Raises
        ------
        CourseNotFound, EnrollmentDenied
        Conflict
            Seats are free.
        """
        # Sort keys keep milliseconds: the moment the learner is told is the one that counts.
        now = self._clock()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)

        found = self._store.situation(learner_id, course_id)
        change = self._settle(found, lambda situation: join_line(situation, now))
        position = self._store.position(course_id, learner_id, change.waiting_since or "")
        return PlaceInLine(course_id, position, now)

    def leave_waitlist(self, learner_id: str, course_id: str) -> None:
        """Gives the place in the waitlist up.

        Raises
        ------
        CourseNotFound, NotEnrolled
        """
        now = self._clock()
        self._settle(self._store.situation(learner_id, course_id), lambda situation: leave_line(situation, now))

    def list_mine(
        self, learner_id: str, status: EnrollmentStatus | None, wanted: PageRequest
    ) -> PageResult[EnrollmentListing]:
        """A learner's enrolments, newest first, with their courses' titles."""
        everything = [one for one in self._store.of_learner(learner_id) if status in (None, one.status)]
        everything.sort(key=lambda one: (one.enrolled_at, one.course_id), reverse=True)
        page = slice_page(everything, wanted)
        titles = self._store.titles([one.course_id for one in page.entries])
        return page.with_entries([EnrollmentListing(one, titles.get(one.course_id, "")) for one in page.entries])

    def _presumed(self, learner_id: str, course_id: str, status: EnrollmentStatus | None) -> Situation:
        return Situation.presumed(learner_id, course_id, status, self._store.known_shards(course_id))

    def _settle(
        self, first: Situation, decide: Callable[[Situation], Change], *, needs_schedule: bool = False
    ) -> Change:
        """Decides, and decides again on what was found instead, until a change is written or refused."""
        situation: Situation | None = first
        for _ in range(DECISIONS_MAX):
            if situation is None or (needs_schedule and situation.lacks_schedule):
                situation = self._store.situation(first.learner_id, first.course_id)
            try:
                change = decide(situation)
            except EnrollmentDenied as denial:
                raise self._with_position(denial, situation) from denial
            try:
                self._store.apply(change, str(uuid4()))
            except Collision as collision:
                situation = collision.situation
                continue
            return change
        raise TemporarilyUnavailable

    def _with_position(self, denial: EnrollmentDenied, situation: Situation) -> EnrollmentDenied:
        if denial.details["reason"] != DenialReason.ALREADY_WAITLISTED or situation.waiting_since is None:
            return denial
        position = self._store.position(situation.course_id, situation.learner_id, situation.waiting_since)
        return EnrollmentDenied(DenialReason.ALREADY_WAITLISTED, denial.message, position=position)
