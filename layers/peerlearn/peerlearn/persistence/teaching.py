"""Courses as their tutors find them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from peerlearn.domain.courses import Course
from peerlearn.domain.erasure import nobodys_id
from peerlearn.domain.users import FORMER_TUTOR, User
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import user_of
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.ranges import items_under, key_of, page_under
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import update


class TeachingRepository:
    """Finds a tutor's courses by keys in the tutor's own partition, and changes what they say of the tutor.

    No index is read, so nothing lags.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def user(self, user_id: str) -> User | None:
        """Return the account, or None."""
        item = self._table.get(keys.profile(user_id))
        return user_of(item) if item else None

    def name_tutor(self, user_id: str, course_ids: Sequence[str], name: str) -> None:
        """Let courses show the tutor's name.

        A course that shows another one gets a new version, since the catalogue finds it by the name.
        """
        for course_id in course_ids:
            naming = update(
                keys.course(course_id),
                "SET #name = :name, #version = #version + :one",
                condition="#tutor = :tutor AND #name <> :name",
                names={"#tutor": "tutorId", "#name": "tutorName", "#version": "version"},
                values={":tutor": user_id, ":name": name, ":one": 1},
            )
            with suppress(ConditionFailed):
                self._table.write(naming)

    def courses(self, user_id: str) -> list[Course]:
        """Return the courses that somebody has made and still has."""
        return self._still_theirs(user_id, self._taught(user_id))

    def courses_from(self, user_id: str, place: str, limit: int) -> tuple[list[Course], str | None]:
        """Return a page of the courses that somebody has made and still has.

        Parameters
        ----------
        place: str
            Behind which to go on; empty at the beginning.
        limit: int
            How many courses to look at; some may have gone to somebody else.

        Returns
        -------
        (list of Course, str or None)
            The courses, and the place behind which the next page begins; None behind the last one.
        """
        items, following = page_under(self._table, keys.user_partition(user_id), keys.TEACHING_PREFIX, place, limit)
        return self._still_theirs(user_id, [key_of(item) for item in items]), following

    def _still_theirs(self, user_id: str, taught: Sequence[keys.Key]) -> list[Course]:
        found = self._table.batch_get(keys.course(key.sk.removeprefix(keys.TEACHING_PREFIX)) for key in taught)
        courses = [course_of(item) for item in found.values()]
        return [course for course in courses if course.is_taught_by(user_id)]

    def disown(self, user_id: str, course_id: str) -> None:
        """Take a course from its tutor: it stays, and only an administrator changes it from now on."""
        is_theirs = "#tutor = :tutor"
        disowning = update(
            keys.course(course_id),
            # A new version: the catalogue has a shelf for each tutor.
            "SET #tutor = :nobody, #name = :former, #version = #version + :one",
            condition=is_theirs,
            names={"#tutor": "tutorId", "#name": "tutorName", "#version": "version"},
            values={":tutor": user_id, ":nobody": nobodys_id(user_id, course_id), ":former": FORMER_TUTOR, ":one": 1},
        )
        with suppress(ConditionFailed):
            self._table.write(disowning)

    def forget(self, user_id: str, most: int) -> int:
        """Delete the keys to so many courses, once none of them names the tutor any more; return their number."""
        taught = self._taught(user_id, most)
        self._table.batch_delete(taught)
        return len(taught)

    def _taught(self, user_id: str, most: int | None = None) -> list[keys.Key]:
        items = items_under(self._table, keys.user_partition(user_id), keys.TEACHING_PREFIX, limit=most)
        return [key_of(item) for item in items]
