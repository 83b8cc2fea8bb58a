"""A tutor's new name reaches the courses that carry it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from peerlearn.domain.courses import Course
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.users import User

# A name that changes again while its courses are told of the last change is gone through again.
_TRIES_MAX = 5


class Names(Protocol):
    """See `peerlearn.persistence.teaching`."""

    def user(self, user_id: str) -> User | None: ...
    def courses(self, user_id: str) -> list[Course]: ...
    def name_tutor(self, user_id: str, course_ids: Sequence[str], name: str) -> None: ...


class RenamingService:
    """Brings the name on somebody's courses in line with their own, however late or often it is told to."""

    def __init__(self, store: Names) -> None:
        self._store = store

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
        user = self._store.user(user_id)
        for _ in range(_TRIES_MAX):
            if user is None:
                return 0
            courses = self._store.courses(user_id)
            self._store.name_tutor(user_id, [course.course_id for course in courses], user.name)
            # Changed again meanwhile: courses may have got a name that no longer holds.
            present = self._store.user(user_id)
            if present is None or present.name == user.name:
                return len(courses)
            user = present
        raise TemporarilyUnavailable
