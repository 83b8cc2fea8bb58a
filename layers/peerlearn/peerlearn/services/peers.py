"""Finding people to learn with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from peerlearn.domain.access import require_course
from peerlearn.domain.courses import Course
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import NotEnrolled
from peerlearn.domain.paging import PageRequest, PageResult, page_of
from peerlearn.domain.peers import (
    COURSES_MAX,
    NEIGHBOURS_EACH_WAY,
    PEERS_MAX,
    Candidate,
    Peer,
    common_interests,
)
from peerlearn.domain.profiles import Profile
from peerlearn.domain.standing import require_standing
from peerlearn.domain.users import Principal, User


class Neighbourhood(Protocol):
    """See `peerlearn.persistence.peers`."""

    def profile(self, user_id: str) -> Profile | None: ...
    def users(self, user_ids: Sequence[str]) -> Mapping[str, User]: ...
    def course(self, course_id: str) -> Course | None: ...
    def around(
        self, enrollments: Sequence[Enrollment], each_way: int
    ) -> tuple[Mapping[str, Sequence[str]], Mapping[str, str]]: ...


@dataclass(frozen=True, slots=True)
class FoundPeers:
    """A page of matches, and the titles of the courses in it."""

    page: PageResult[Peer]
    titles: Mapping[str, str]


class PeerService:
    """The use case of the `peers` endpoint."""

    def __init__(self, neighbourhood: Neighbourhood, *, requires_proof: bool = False) -> None:
        self._neighbourhood = neighbourhood
        self._requires_proof = requires_proof

    def find(self, caller: Principal, wanted: PageRequest, course_id: str | None = None) -> FoundPeers:
        """Return people who hold a seat in the caller's courses, best match first.

        Raises
        ------
        Unauthenticated
            The session has ended, or the account was erased.
        EmailNotVerified
            The stack asks for a proven address, and the caller's is not.
        CourseNotFound, NotEnrolled
            Of the course that was asked for.
        """
        own = self._neighbourhood.profile(caller.user_id)
        if own is None:
            raise account_erased()
        standing = require_standing(own.standing, caller)
        if self._requires_proof:
            standing.require_proof()
        enrollments = self._enrollments(own, caller, course_id)
        if not enrollments:
            return FoundPeers(PageResult((), 0), {})
        neighbours, titles = self._neighbourhood.around(enrollments, NEIGHBOURS_EACH_WAY)
        candidates = _candidates(caller.user_id, neighbours)
        users = self._neighbourhood.users([candidate.user_id for candidate in candidates])
        peers = [
            Peer(user, candidate.course_ids, common_interests(own.user.interests, user.interests))
            for candidate in candidates
            if (user := users.get(candidate.user_id)) is not None
        ]
        return FoundPeers(page_of(peers, wanted, lambda peer: peer.place), titles)

    def _enrollments(self, own: Profile, caller: Principal, course_id: str | None) -> list[Enrollment]:
        seated = [enrollment for enrollment in own.enrollments if enrollment.status.holds_seat]
        seated.sort(key=lambda enrollment: enrollment.enrolled_at, reverse=True)
        if course_id is None:
            return seated[:COURSES_MAX]
        chosen = [enrollment for enrollment in seated if enrollment.course_id == course_id]
        if not chosen:
            require_course(self._neighbourhood.course(course_id), caller)
            raise NotEnrolled
        return chosen


def _candidates(caller_id: str, neighbours: Mapping[str, Sequence[str]]) -> list[Candidate]:
    courses: dict[str, list[str]] = {}
    nearest: dict[str, int] = {}
    for course_id, user_ids in neighbours.items():
        for place, user_id in enumerate(user_ids):
            if user_id != caller_id:
                courses.setdefault(user_id, []).append(course_id)
                nearest[user_id] = min(place, nearest.get(user_id, place))
    found = sorted(courses, key=lambda user_id: (-len(courses[user_id]), nearest[user_id], user_id))
    return [Candidate(user_id, courses[user_id]) for user_id in found[:PEERS_MAX]]
