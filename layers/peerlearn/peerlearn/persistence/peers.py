"""People around somebody: their own page, their neighbours in rosters, and the tutors of courses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.profiles import Profile
from peerlearn.domain.users import User
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.guards import HOLDS_SEAT, SEATED, STATUS_NAME
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.names import titles_of, users_of
from peerlearn.persistence.profiles import ProfileRepository
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Table


class PeerRepository:
    """Finds people who share a course, and checks whether they do."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._profiles = ProfileRepository(table)

    def profile(self, user_id: str) -> Profile | None:
        """Return the account with its enrolments, read in one Query."""
        return self._profiles.profile(user_id)

    def users(self, user_ids: Sequence[str]) -> Mapping[str, User]:
        """Return those that exist, by id."""
        return users_of(self._table, user_ids)

    def course(self, course_id: str) -> Course | None:
        """Return the course, or None."""
        key = keys.course(course_id)
        found = self._table.batch_get([key])
        return course_of(found[key]) if key in found else None

    def tutors(self, course_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the tutor's id of each course that exists."""
        found = self._table.batch_get([keys.course(course_id) for course_id in course_ids])
        return {item["courseId"]: item["tutorId"] for item in found.values()}

    def around(
        self, enrollments: Sequence[Enrollment], each_way: int
    ) -> tuple[Mapping[str, Sequence[str]], Mapping[str, str]]:
        """Return the learners with a seat next to these enrolments in the rosters, and the titles of the courses.

        Parameters
        ----------
        each_way: int
            How many roster entries to read on either side of each enrolment, so the cost does not grow with a course.

        Returns
        -------
        (course id -> user ids, nearest in time first), (course id -> title)
            All calls are made at once: one round trip.
        """
        with SideBySide() as together:
            titles = together.begin(partial(titles_of, self._table, [one.course_id for one in enrollments]))
            sides = [
                (
                    enrollment.course_id,
                    together.begin(partial(self._neighbours, enrollment, each_way, forward=True)),
                    together.begin(partial(self._neighbours, enrollment, each_way, forward=False)),
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
                ":roster": index_keys.roster_partition(enrollment.course_id),
                ":own": f"{to_rfc3339(enrollment.enrolled_at)}#{enrollment.learner_id}",
                **SEATED,
            },
            index="GSI1",
            forward=forward,
            limit=count,
            where=HOLDS_SEAT,
            names=STATUS_NAME,
        )
        return [item["learnerId"] for item in page.items]


def _interleaved(one: Sequence[str], other: Sequence[str]) -> list[str]:
    both = [user_id for pair in zip(one, other, strict=False) for user_id in pair]
    shorter = min(len(one), len(other))
    return [*both, *one[shorter:], *other[shorter:]]
