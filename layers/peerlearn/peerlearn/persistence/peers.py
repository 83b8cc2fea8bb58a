"""People around somebody: their own page, their neighbours in a course's roster, and who teaches what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import TypeVar

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.deadline import carried
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.profiles import Profile
from peerlearn.domain.users import User
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import user_of
from peerlearn.persistence.profiles import ProfileRepository
from peerlearn.persistence.table import Table

T = TypeVar("T")

_AT_ONCE = 16


class PeerRepository:
    """What finding and reaching people needs of the table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._profiles = ProfileRepository(table)

    def profile(self, user_id: str) -> Profile | None:
        """The account with its enrolments, in one Query."""
        return self._profiles.profile(user_id)

    def users(self, user_ids: Sequence[str]) -> Mapping[str, User]:
        """Those that exist, by id."""
        found = self._table.batch_get([keys.profile(user_id) for user_id in user_ids], consistent=False)
        return {item["userId"]: user_of(item) for item in found.values()}

    def tutors(self, course_ids: Sequence[str]) -> Mapping[str, str]:
        """The tutor's id of each course that exists."""
        found = self._table.batch_get([keys.course(course_id) for course_id in course_ids])
        return {item["courseId"]: item["tutorId"] for item in found.values()}

    def around(
        self, enrollments: Sequence[Enrollment], each_way: int
    ) -> tuple[Mapping[str, Sequence[str]], Mapping[str, str]]:
        """Who holds a seat near these enrolments, and what the courses are called.

        Parameters
        ----------
        each_way: int
            How many roster entries to read on either side of each enrolment, so the cost does not grow with a course.

        Returns
        -------
        (course id -> user ids, nearest in time first), (course id -> title)
            All calls are made at once: one round trip. After one that failed no other begins, so that the caller is
            told within the time of one.
        """
        has_failed = Event()

        @carried
        def unless_failed(call: Callable[[], T]) -> T:
            if has_failed.is_set():
                raise TemporarilyUnavailable
            try:
                return call()
            except Exception:
                has_failed.set()
                raise

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            titles = pool.submit(unless_failed, partial(self._titles, [one.course_id for one in enrollments]))
            sides = [
                (
                    enrollment.course_id,
                    pool.submit(unless_failed, partial(self._neighbours, enrollment, each_way, forward=True)),
                    pool.submit(unless_failed, partial(self._neighbours, enrollment, each_way, forward=False)),
                )
                for enrollment in enrollments
            ]
            neighbours = {
                course_id: _interleaved(after.result(), before.result()) for course_id, after, before in sides
            }
            return neighbours, titles.result()

    def _neighbours(self, enrollment: Enrollment, count: int, *, forward: bool) -> list[str]:
        page, _ = self._table.query_page(
            f"GSI1PK = :roster AND GSI1SK {'>' if forward else '<'} :own",
            {
                ":roster": keys.roster_partition(enrollment.course_id),
                ":own": f"{to_rfc3339(enrollment.enrolled_at)}#{enrollment.learner_id}",
                ":active": EnrollmentStatus.ACTIVE.value,
                ":completed": EnrollmentStatus.COMPLETED.value,
            },
            index="GSI1",
            forward=forward,
            limit=count,
            where="#status IN (:active, :completed)",
            names={"#status": "status"},
        )
        return [item["learnerId"] for item in page.items]

    def _titles(self, course_ids: Sequence[str]) -> dict[str, str]:
        found = self._table.batch_get([keys.course(course_id) for course_id in course_ids], consistent=False)
        return {item["courseId"]: item["title"] for item in found.values()}


def _interleaved(one: Sequence[str], other: Sequence[str]) -> list[str]:
    both = [user_id for pair in zip(one, other, strict=False) for user_id in pair]
    shorter = min(len(one), len(other))
    return [*both, *one[shorter:], *other[shorter:]]
