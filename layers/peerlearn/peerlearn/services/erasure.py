"""Erasing one's account: the end of it at once, the rest afterwards, in steps that any number of tries finish."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import Course, CoursePage, CourseStatus
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import Conflict, NotEnrolled, TemporarilyUnavailable
from peerlearn.domain.retrying import Collision
from peerlearn.domain.users import Principal, User
from peerlearn.services.proofs import PasswordProof, Profiles, prove_own

# How often a role may change, or a seat move on, between a look and a write.
_TRIES_MAX = 5
_OPEN = (EnrollmentStatus.ACTIVE, EnrollmentStatus.WAITLISTED)


class Accounts(Protocol):
    """See `peerlearn.persistence.erasure`."""

    def begin(self, user: User, session_id: str, entry: AuditEntry, now: datetime, token: str) -> bool: ...


class Teaching(Protocol):
    """See `peerlearn.persistence.teaching`."""

    def courses(self, user_id: str) -> list[Course]: ...
    def disown(self, user_id: str, course_id: str) -> None: ...
    def forget(self, user_id: str) -> None: ...


class ErasureService:
    """The use case of the endpoint."""

    def __init__(
        self,
        accounts: Accounts,
        teaching: Teaching,
        profiles: Profiles,
        proof: PasswordProof,
        trail: AuditTrail,
        clock: Clock = utc_now,
    ) -> None:
        self._accounts = accounts
        self._teaching = teaching
        self._profiles = profiles
        self._proof = proof
        self._trail = trail
        self._clock = clock

    def erase(self, caller: Principal, password: str) -> None:
        """End the account: its address is free at once, and everything else is bound to follow.

        Raises
        ------
        InvalidCredentials
            The password is wrong.
        TooManyRequests
            Too many wrong passwords, here and at sign-in together.
        Unauthenticated
            The session has ended, or the account is erased already.
        Conflict
            The caller has published courses, named in `details.courses`, or is the last administrator.
        TemporarilyUnavailable
            The account kept changing.
        """
        for _ in range(_TRIES_MAX):
            # What cannot be taken back takes more than a token.
            user = prove_own(self._profiles, self._proof, caller, password).user
            published = [one for one in self._teaching.courses(caller.user_id) if one.status is CourseStatus.PUBLISHED]
            if published:
                names = sorted(course.course_id for course in published)
                raise Conflict("Close your published courses first.", details={"courses": names})
            entry = self._trail.entry(caller, AuditAction.ACCOUNT_ERASED, caller.user_id)
            if self._accounts.begin(user, caller.session_id, entry, self._clock(), str(uuid4())):
                return
        raise TemporarilyUnavailable


class Leftovers(Protocol):
    """What is to go after the account; see `peerlearn.persistence.erasure`."""

    def is_erased(self, user_id: str) -> bool: ...
    def enrollments(self, user_id: str) -> list[Enrollment]: ...
    def forget_progress(self, user_id: str, course_id: str) -> None: ...
    def delete_submissions(self, user_id: str, token: str) -> None: ...
    def delete_rest(self, user_id: str) -> None: ...
    def leave_conversations(self, user_id: str, token: str) -> None: ...


class Seats(Protocol):
    """See `peerlearn.services.enrollments`: a freed seat goes where every freed seat goes."""

    def withdraw(self, learner_id: str, course_id: str) -> None: ...
    def leave_waitlist(self, learner_id: str, course_id: str) -> None: ...


class Drafts(Protocol):
    """See `peerlearn.persistence.courses`."""

    def page(self, course_id: str) -> CoursePage | None: ...
    def remove_draft(self, page: CoursePage, token: str) -> None: ...


class Files(Protocol):
    """See `peerlearn.adapters.personal_files`."""

    def delete_all(self, user_id: str) -> None: ...


class Eraser:
    """Removes what an erased account has left. To be cut off anywhere, repeated, or done twice at once is safe."""

    def __init__(self, leftovers: Leftovers, teaching: Teaching, seats: Seats, drafts: Drafts, files: Files) -> None:
        self._leftovers = leftovers
        self._teaching = teaching
        self._seats = seats
        self._drafts = drafts
        self._files = files

    def carry_out(self, user_id: str) -> None:
        """Everything that `peerlearn.domain.erasure` says.

        Raises
        ------
        TemporarilyUnavailable
            Not everything could be seen or written yet: what was done stays done, and the rest must be asked for again.
        """
        if not self._leftovers.is_erased(user_id):
            return
        # Seats first: others wait for them.
        self._give_up_seats(user_id)
        for one in self._leftovers.enrollments(user_id):
            if one.points or one.completed_modules or one.last_accessed:
                self._leftovers.forget_progress(user_id, one.course_id)
        self._leftovers.delete_submissions(user_id, _token())
        # The record of an export goes before its file: a writer who finishes later finds that nobody wants it.
        self._leftovers.delete_rest(user_id)
        self._files.delete_all(user_id)
        self._leave_courses(user_id)
        self._leftovers.leave_conversations(user_id, _token())

    def _give_up_seats(self, user_id: str) -> None:
        for _ in range(_TRIES_MAX):
            places = [one for one in self._leftovers.enrollments(user_id) if one.status in _OPEN]
            if not places:
                return
            for place in places:
                try:
                    if place.status is EnrollmentStatus.ACTIVE:
                        self._seats.withdraw(user_id, place.course_id)
                    else:
                        self._seats.leave_waitlist(user_id, place.course_id)
                except (NotEnrolled, Conflict):
                    # promoted, completed or given up since it was read: the next look tells
                    continue
        raise TemporarilyUnavailable

    def _leave_courses(self, user_id: str) -> None:
        for course in self._teaching.courses(user_id):
            if course.status is not CourseStatus.DRAFT:
                self._teaching.disown(user_id, course.course_id)
                continue
            page = self._drafts.page(course.course_id)
            if page is not None:
                self._remove_draft(page)
        # One that was changed in between still names them.
        if self._teaching.courses(user_id):
            raise TemporarilyUnavailable
        self._teaching.forget(user_id)

    def _remove_draft(self, page: CoursePage) -> None:
        try:
            self._drafts.remove_draft(page, str(uuid4()))
        except Collision as collision:
            raise TemporarilyUnavailable from collision


def _token() -> str:
    # room for a number behind it
    return uuid4().hex[:28]
