"""Peers: people of one's own courses, and how well they match.

`score` = 10 for each shared course + 3 for each common interest. Equal scores: the one with more shared courses first,
then by user id, so that pages do not shuffle. Interests are compared as words are (`domain/text.py`), and shown in
one's own spelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peerlearn.domain.text import compared
from peerlearn.domain.users import User

SHARED_COURSE_SCORE = 10
COMMON_INTEREST_SCORE = 3

# These bound the work, whatever the size of a course: of each course the members who enrolled next before and next
# after the caller, of the caller's courses the latest, of the people found the nearest in time.
NEIGHBOURS_EACH_WAY = 100
COURSES_MAX = 20
PEERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of one's own courses, before more is known of them."""

    user_id: str
    course_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Peer:
    """A match."""

    user: User
    course_ids: Sequence[str]
    common_interests: Sequence[str]

    @property
    def score(self) -> int:
        return SHARED_COURSE_SCORE * len(self.course_ids) + COMMON_INTEREST_SCORE * len(self.common_interests)

    @property
    def place(self) -> tuple[int, int, str]:
        """Return where the match is in the list: the lowest place first, which is the best match's."""
        return -self.score, -len(self.course_ids), self.user.user_id


def common_interests(own: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Return those of one's own that the other has too."""
    known = {compared(interest) for interest in theirs}
    return [interest for interest in own if compared(interest) in known]
