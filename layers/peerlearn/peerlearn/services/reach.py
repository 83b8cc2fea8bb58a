"""The right to write to somebody: by a course in common, as its tutor or learner, or in answer to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import Forbidden, UserNotFound
from peerlearn.domain.messages import Conversation, SharedCourse
from peerlearn.domain.profiles import Profile
from peerlearn.domain.users import Principal, Role


class Neighbours(Protocol):
    """The store of people: their profiles, and the tutors of courses."""

    def profile(self, user_id: str) -> Profile | None: ...
    def tutors(self, course_ids: Sequence[str]) -> Mapping[str, str]: ...


class Reach:
    """Finds the course that lets one person write to another."""

    def __init__(self, people: Neighbours) -> None:
        self._people = people

    def needed_course(
        self, conversation: Conversation | None, sender: Principal, receiver_id: str
    ) -> SharedCourse | None:
        """Return the course that lets the sender write; None where none is needed, or the receiver wrote before.

        Raises
        ------
        UserNotFound, Forbidden
        """
        # Somebody who was written to may always answer.
        if conversation is not None and conversation.received_by(sender.user_id):
            return None
        if conversation is not None and conversation.shared_course is not None:
            return conversation.shared_course
        return self.course_in_common(sender, receiver_id)

    def course_in_common(self, sender: Principal, receiver_id: str) -> SharedCourse:
        """Return a course in which both are enrolled, or which one of them teaches the other.

        Raises
        ------
        UserNotFound, Forbidden
        """
        receiver = self._people.profile(receiver_id)
        if receiver is None:
            raise UserNotFound
        own = self._people.profile(sender.user_id)
        if own is None:
            raise account_erased()
        own_courses = own.enrolled_courses
        their_courses = set(receiver.enrolled_courses)
        shared = next((course_id for course_id in own_courses if course_id in their_courses), None)
        if shared is not None:
            return SharedCourse(shared)
        if receiver.user.role is not Role.LEARNER:
            taught = self._taught_by(receiver_id, own_courses)
            if taught is not None:
                return taught
        if sender.role is not Role.LEARNER:
            taught = self._taught_by(sender.user_id, receiver.enrolled_courses)
            if taught is not None:
                return taught
        raise Forbidden("You can write to peers of your courses, to their tutors, and to people who wrote to you.")

    def _taught_by(self, tutor_id: str, course_ids: Sequence[str]) -> SharedCourse | None:
        tutors = self._people.tutors(course_ids)
        course_id = next((course_id for course_id in course_ids if tutors.get(course_id) == tutor_id), None)
        return SharedCourse(course_id, tutor_id) if course_id else None
