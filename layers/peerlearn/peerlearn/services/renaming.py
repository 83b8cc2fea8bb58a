"""A tutor's new name reaches the courses that carry it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from peerlearn.domain.courses import Course
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.jobs import CHUNK, Cursor, Step
from peerlearn.domain.users import User
from peerlearn.services.jobs import in_one_go

# A name that changes again while its courses are told of the last change is gone through again.
_TRIES_MAX = 5


class Names(Protocol):
    """See `peerlearn.persistence.teaching`."""

    def user(self, user_id: str) -> User | None: ...
    def courses_from(self, user_id: str, place: str, limit: int) -> tuple[list[Course], str | None]: ...
    def name_tutor(self, user_id: str, course_ids: Sequence[str], name: str) -> None: ...


class RenamingService:
    """Brings the name on somebody's courses in line with their own, however late or often it is told to."""

    def __init__(self, store: Names, chunk: int = CHUNK) -> None:
        self._store = store
        self._chunk = chunk

    def rename(self, user_id: str) -> int:
        """Set the present name.

        Returns
        -------
        int
            How many courses they have.

        Raises
        ------
        TemporarilyUnavailable
            The name keeps changing.
        """
        return in_one_go(partial(self.carry_on, user_id))

    def carry_on(self, user_id: str, cursor: Cursor) -> Step:
        """Do the same for the next chunk of their courses. A name that changes again meanwhile is a job of its own.

        Raises
        ------
        TemporarilyUnavailable
            As above: the task must come again.
        """
        for _ in range(_TRIES_MAX):
            user = self._store.user(user_id)
            if user is None:
                return Step(None)
            courses, place = self._store.courses_from(user_id, cursor.place, self._chunk)
            self._store.name_tutor(user_id, [course.course_id for course in courses], user.name)
            # Changed again meanwhile: courses may have got a name that no longer holds.
            present = self._store.user(user_id)
            if present is None or present.name == user.name:
                return Step(place, changed=len(courses))
        raise TemporarilyUnavailable
