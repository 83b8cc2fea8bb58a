"""Booking a seat, dropping it, waiting for one, and listing what one has."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from peerlearn.domain.access import can_have_courses, may_find, refuse_own_tutor
from peerlearn.domain.bookings import BookingChange, Situation, book, join_line, leave_line, withdraw
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import Course, CourseStatus, Kind
from peerlearn.domain.enrollments import (
    DenialReason,
    Enrollment,
    EnrollmentStatus,
    PlaceInLine,
)
from peerlearn.domain.errors import (
    CourseNotFound,
    DomainError,
    EnrollmentDenied,
    NotEnrolled,
)
from peerlearn.domain.retrying import Collision
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import Principal
from peerlearn.services.deciding import until_applied

# Each collision means that somebody else got something done; past this many the course is too busy to go on.
TRIES_MAX = 8


class Enrollments(Protocol):
    """The store of these use cases; see `peerlearn.persistence.enrollments`."""

    def known_shards(self, course_id: str) -> int: ...
    def teaches(self, user_id: str, course_id: str) -> bool: ...
    def situation(self, learner_id: str, course_id: str) -> Situation: ...
    def session_to_wait_for(self, learner_id: str, course_id: str) -> Situation: ...
    def apply(self, change: BookingChange, token: str, admission: Admission | None = None) -> None: ...
    def position(self, course_id: str, learner_id: str, waiting_since: str) -> int: ...
    def course(self, course_id: str) -> Course | None: ...


class LatelyFull:
    """Remembers which courses this process has found full in the last seconds.

    A learner who comes then is refused by a read, at a third of the price of a transaction that fails, and in
    nobody's way.
    """

    _SECONDS = 5.0
    _MAX = 1000

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until: dict[str, float] = {}

    def note(self, course_id: str) -> None:
        """Remember a course that was found full just now."""
        if len(self._until) >= self._MAX:
            self._until.clear()
        self._until[course_id] = self._monotonic() + self._SECONDS

    def names(self, course_id: str) -> bool:
        """Return whether the course was found full in the last seconds."""
        return self._until.get(course_id, 0.0) > self._monotonic()


class EnrollmentService:
    """The use cases of the `enrollments` endpoints.

    An `admission` is that of the learner who asks; without one the product itself acts, or its operator.
    """

    def __init__(self, store: Enrollments, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock
        self._full = LatelyFull()

    def enroll(self, learner_id: str, course_id: str, admission: Admission | None = None) -> Enrollment:
        """A seat, at once. A course takes one round trip; a session two, since its time must be compared.

        A course whose seats are in shards takes one more where this process does not know of them yet, and two more
        where the learner's own shard is full. A course that was full a moment ago is looked at first: of a crowd that
        comes too late, each takes one read and no write.

        Raises
        ------
        CourseNotFound
        EnrollmentDenied
            `details.reason` says why; COURSE_FULL comes with `waitlistLength`, ALREADY_WAITLISTED with `position`.
        Forbidden
            It is a course of one's own.
        """
        now = self._clock()
        self._require_anothers(course_id, admission)
        if self._full.names(course_id):
            first = self._store.situation(learner_id, course_id)
        else:
            first = self._presumed(learner_id, course_id, None)
        try:
            return self._changed(first, partial(book, now=now), admission, needs_schedule=True).enrollment
        except EnrollmentDenied as denial:
            if denial.details["reason"] == DenialReason.COURSE_FULL:
                self._full.note(course_id)
            raise

    def withdraw(self, learner_id: str, course_id: str, admission: Admission | None = None) -> None:
        """Give the seat up; progress stays, for a later return.

        Raises
        ------
        CourseNotFound, NotEnrolled, Conflict
        """
        now = self._clock()
        presumed = self._presumed(learner_id, course_id, EnrollmentStatus.ACTIVE)
        self._changed(presumed, partial(withdraw, now=now), admission)

    def join_waitlist(self, learner_id: str, course_id: str, admission: Admission | None = None) -> PlaceInLine:
        """Take a place in the waitlist of a full course.

        Two round trips, the second for the position; of a session, whose time must be compared, three.

        Raises
        ------
        CourseNotFound, EnrollmentDenied
        Conflict
            Seats are free.
        Forbidden
            It is a course of one's own.
        """
        self._require_anothers(course_id, admission)
        # Sort keys keep milliseconds: the moment the learner is told is the one that counts.
        now = self._clock()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)

        if Kind.hinted_by(course_id) is Kind.SESSION:
            presumed = self._store.session_to_wait_for(learner_id, course_id)
        else:
            presumed = Situation.presumed_full(learner_id, course_id, self._store.known_shards(course_id))
        change = self._changed(presumed, partial(join_line, now=now), admission, needs_schedule=True)
        position = self._store.position(course_id, learner_id, change.waiting_since or "")
        return PlaceInLine(course_id, position, now)

    def leave_waitlist(self, learner_id: str, course_id: str, admission: Admission | None = None) -> None:
        """Give the place in the waitlist up.

        Raises
        ------
        CourseNotFound, NotEnrolled
        """
        now = self._clock()
        self._changed(self._store.situation(learner_id, course_id), partial(leave_line, now=now), admission)

    def _require_anothers(self, course_id: str, admission: Admission | None) -> None:
        if admission is not None and can_have_courses(admission.caller):
            refuse_own_tutor(teaches=self._store.teaches(admission.caller.user_id, course_id))

    def _presumed(self, learner_id: str, course_id: str, status: EnrollmentStatus | None) -> Situation:
        return Situation.presumed(learner_id, course_id, status, self._store.known_shards(course_id))

    def _changed(
        self,
        first: Situation,
        decide: Callable[[Situation], BookingChange],
        admission: Admission | None,
        *,
        needs_schedule: bool = False,
    ) -> BookingChange:
        """Decides, and decides again on what was found instead, until a change is written or refused."""

        def load(asked: Admission | None) -> tuple[Situation, Admission | None]:
            return self._store.situation(first.learner_id, first.course_id), asked

        def carry_out(found: Situation, asked: Admission | None, token: str) -> BookingChange:
            if needs_schedule and found.lacks_schedule:
                found, _ = load(asked)
            try:
                change = decide(found)
            except DomainError as refusal:
                if found.is_presumed:
                    raise Collision from refusal
                if not isinstance(refusal, EnrollmentDenied | NotEnrolled):
                    raise
                raise self._told(refusal, found, asked) from refusal
            self._store.apply(change, token, asked)
            return change

        return until_applied(load, carry_out, admission=admission, found=first, tries=range(TRIES_MAX))

    def _told(self, refusal: DomainError, situation: Situation, admission: Admission | None) -> DomainError:
        if admission is not None and self._is_hidden(situation, admission.caller):
            return CourseNotFound()
        return self._with_position(refusal, situation) if isinstance(refusal, EnrollmentDenied) else refusal

    def _is_hidden(self, situation: Situation, viewer: Principal) -> bool:
        # The seats do not say whose course it is, and only of a draft is that asked.
        if situation.seats is None or situation.seats.status is not CourseStatus.DRAFT:
            return False
        course = self._store.course(situation.course_id)
        return course is None or not may_find(viewer, course)

    def _with_position(self, denial: EnrollmentDenied, situation: Situation) -> EnrollmentDenied:
        if denial.details["reason"] != DenialReason.ALREADY_WAITLISTED or situation.waiting_since is None:
            return denial
        position = self._store.position(situation.course_id, situation.learner_id, situation.waiting_since)
        return EnrollmentDenied(DenialReason.ALREADY_WAITLISTED, denial.message, position=position)
