"""Erasing one's account: the end of it at once, the rest afterwards, in steps that any number of tries finish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import Course, CoursePage, CourseStatus
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import Conflict, NotEnrolled, TemporarilyUnavailable
from peerlearn.domain.jobs import CHUNK, Cursor, Step
from peerlearn.domain.retrying import Collision
from peerlearn.domain.users import Principal, User
from peerlearn.services.jobs import in_one_go
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
            # A step that cannot be taken back takes more than a token.
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
    """The store of everything that goes after the account; see `peerlearn.persistence.erasure`."""

    def is_erased(self, user_id: str) -> bool: ...
    def enrollments_from(self, user_id: str, place: str, limit: int) -> tuple[list[Enrollment], str | None]: ...
    def forget_progress(self, user_id: str, course_id: str) -> None: ...
    def delete_submissions(self, user_id: str, token: str, most: int | None = None) -> int: ...
    def delete_rest(self, user_id: str, most: int | None = None) -> int: ...
    def leave_conversations_from(
        self, user_id: str, side: int, place: str, limit: int, token: str
    ) -> tuple[int, int, str | None]: ...
    def require_all_left(self, user_id: str, remaining: int) -> None: ...


class Courses(Protocol):
    """The store of courses that somebody has made; see `peerlearn.persistence.teaching`."""

    def courses_from(self, user_id: str, place: str, limit: int) -> tuple[list[Course], str | None]: ...
    def disown(self, user_id: str, course_id: str) -> None: ...
    def forget(self, user_id: str, most: int) -> int: ...


class Seats(Protocol):
    """See `peerlearn.services.enrollments`: a freed seat goes where every freed seat goes."""

    def withdraw(self, learner_id: str, course_id: str) -> None: ...
    def leave_waitlist(self, learner_id: str, course_id: str) -> None: ...


class Drafts(Protocol):
    """See `peerlearn.persistence.courses`."""

    def page(self, course_id: str) -> CoursePage | None: ...
    def remove_draft(self, page: CoursePage, token: str) -> None: ...


class Agendas(Protocol):
    """See `peerlearn.services.agenda`."""

    def follow(self, course_id: str, learner_id: str) -> int: ...


class Files(Protocol):
    """See `peerlearn.adapters.personal_files`."""

    def delete_all(self, user_id: str, most: int | None = None) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Part:
    """The progress of one stage: how many items were handled, and where it goes on; None where it is done.

    `counted` are the conversations that stay, up to here.
    """

    used: int
    place: str | None
    counted: int = 0


class Eraser:
    """Removes what an erased account has left. To be cut off anywhere, repeated, or done twice at once is safe."""

    def __init__(
        self,
        leftovers: Leftovers,
        teaching: Courses,
        seats: Seats,
        drafts: Drafts,
        files: Files,
        agendas: Agendas,
        chunk: int = CHUNK,
    ) -> None:
        self._leftovers = leftovers
        self._teaching = teaching
        self._seats = seats
        self._drafts = drafts
        self._files = files
        self._agendas = agendas
        self._chunk = chunk
        self._stages: dict[str, Callable[[str, str, int, int], _Part]] = {
            # Seats first: others wait for them.
            "seats": self._give_up_seats,
            "progress": self._forget_progress,
            "submissions": self._delete_submissions,
            # While what was counted for them is still known.
            "agendas": self._leave_tallies,
            # The record of an export goes before its file: a writer who finishes later finds that nobody wants it.
            "rest": self._delete_rest,
            "files": self._delete_files,
            "courses": self._leave_courses,
            "teaching": self._forget_teaching,
            "conversations": self._leave_conversations,
            "other conversations": self._leave_other_conversations,
        }

    def carry_out(self, user_id: str) -> None:
        """Everything that `peerlearn.domain.erasure` says.

        Raises
        ------
        TemporarilyUnavailable
            Not everything could be seen or written yet: finished work stays done, and the rest must be asked for again.
        """
        in_one_go(partial(self.carry_on, user_id))

    def carry_on(self, user_id: str, cursor: Cursor) -> Step:
        """Do the next chunk of it: as many stages as there is room for.

        Raises
        ------
        TemporarilyUnavailable
            As above.
        """
        if not self._leftovers.is_erased(user_id):
            return Step(None)
        stage, _, place = cursor.place.partition(":")
        names = list(self._stages)
        number, room, counted = names.index(stage) if stage else 0, self._chunk, cursor.counted
        while room > 0:
            part = self._stages[names[number]](user_id, place, room, counted)
            room, counted = room - part.used, counted + part.counted
            if part.place is None:
                number, place = number + 1, ""
                if number == len(names):
                    return Step(None, counted)
            else:
                place = part.place
        return Step(f"{names[number]}:{place}", counted)

    def _give_up_seats(self, user_id: str, place: str, room: int, _: int) -> _Part:
        for _ in range(_TRIES_MAX):
            enrollments, following = self._leftovers.enrollments_from(user_id, place, room)
            places = [one for one in enrollments if one.status in _OPEN]
            if not places:
                return _Part(len(enrollments), following)
            for one in places:
                try:
                    if one.status is EnrollmentStatus.ACTIVE:
                        self._seats.withdraw(user_id, one.course_id)
                    else:
                        self._seats.leave_waitlist(user_id, one.course_id)
                except (NotEnrolled, Conflict):
                    # promoted, completed or given up since it was read: the next look tells
                    continue
        raise TemporarilyUnavailable

    def _forget_progress(self, user_id: str, place: str, room: int, _: int) -> _Part:
        enrollments, following = self._leftovers.enrollments_from(user_id, place, room)
        for one in enrollments:
            if one.points or one.completed_modules or one.last_accessed or one.handed_in:
                self._leftovers.forget_progress(user_id, one.course_id)
        return _Part(len(enrollments), following)

    def _leave_tallies(self, user_id: str, place: str, room: int, _: int) -> _Part:
        enrollments, following = self._leftovers.enrollments_from(user_id, place, room)
        for one in enrollments:
            self._agendas.follow(one.course_id, user_id)
        return _Part(len(enrollments), following)

    # Deleted items are not found again: these go on from the beginning.

    def _delete_submissions(self, user_id: str, _: str, room: int, __: int) -> _Part:
        deleted = self._leftovers.delete_submissions(user_id, _token(), room)
        return _Part(deleted, "" if deleted == room else None)

    def _delete_rest(self, user_id: str, _: str, room: int, __: int) -> _Part:
        deleted = self._leftovers.delete_rest(user_id, room)
        return _Part(deleted, "" if deleted == room else None)

    def _delete_files(self, user_id: str, _: str, room: int, __: int) -> _Part:
        return _Part(0, None) if self._files.delete_all(user_id, room) else _Part(room, "")

    def _forget_teaching(self, user_id: str, _: str, room: int, __: int) -> _Part:
        forgotten = self._teaching.forget(user_id, room)
        return _Part(forgotten, "" if forgotten == room else None)

    def _leave_courses(self, user_id: str, place: str, room: int, _: int) -> _Part:
        courses, following = self._teaching.courses_from(user_id, place, room)
        for course in courses:
            if course.status is not CourseStatus.DRAFT:
                self._teaching.disown(user_id, course.course_id)
                continue
            page = self._drafts.page(course.course_id)
            if page is not None:
                self._remove_draft(page)
        # One that was changed in between still names them.
        if courses and self._teaching.courses_from(user_id, place, room)[0]:
            raise TemporarilyUnavailable
        # some of those that were looked at may have gone before
        return _Part(len(courses) if following is None else room, following)

    def _remove_draft(self, page: CoursePage) -> None:
        try:
            self._drafts.remove_draft(page, str(uuid4()))
        except Collision as collision:
            raise TemporarilyUnavailable from collision

    def _leave_conversations(self, user_id: str, place: str, room: int, _: int) -> _Part:
        looked_at, staying, following = self._leftovers.leave_conversations_from(user_id, 0, place, room, _token())
        return _Part(looked_at, following, staying)

    def _leave_other_conversations(self, user_id: str, place: str, room: int, counted: int) -> _Part:
        looked_at, staying, following = self._leftovers.leave_conversations_from(user_id, 1, place, room, _token())
        if following is None:
            self._leftovers.require_all_left(user_id, counted + staying)
        return _Part(looked_at, following, staying)


def _token() -> str:
    # room for a number behind it
    return uuid4().hex[:28]
