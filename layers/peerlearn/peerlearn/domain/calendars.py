"""A learner's booked sessions as a calendar that other programs subscribe to, by a private link.

The link's token names its owner and proves it by 256 random bits, of which only a hash is kept: `<userId>.<secret>`.
With the owner in it the link, the bookings and whether the token holds are read at once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from peerlearn.domain.courses import Course
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.standing import Standing
from peerlearn.domain.users import AccountState

_SECRET_BYTES = 32
_TOKEN = re.compile(r"(?P<user>[A-Za-z0-9_-]{1,64})\.(?P<secret>[A-Za-z0-9_-]{43})")
# A token is compared with this where there is no link: a refusal is the same work, whatever its reason.
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class CalendarLink:
    """The one link of a person; a new one takes its place.

    It outlives the session that made it, as a calendar program needs, but not what ends all sessions but another one:
    a link that a stranger planted ends with the stranger.
    """

    user_id: str
    token_hash: str
    created_at: datetime
    session_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Booking:
    """A seat in a session."""

    enrollment: Enrollment
    session: Course

    @property
    def starts_at(self) -> datetime:
        return self._times[0]

    @property
    def ends_at(self) -> datetime:
        return self._times[1]

    @property
    def _times(self) -> tuple[datetime, datetime]:
        starts_at, ends_at = self.session.starts_at, self.session.ends_at
        if starts_at is None or ends_at is None:
            raise ValueError(f"{self.session.course_id} is a session without times")
        return starts_at, ends_at


def new_token(user_id: str) -> str:
    return f"{user_id}.{secrets.token_urlsafe(_SECRET_BYTES)}"


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def owner_of(token: str) -> str | None:
    """Return the id of the user whose calendar the token would open; None where it is none of ours."""
    match = _TOKEN.fullmatch(token)
    return match["user"] if match else None


def link_stands(link: CalendarLink, standing: Standing) -> bool:
    """Return whether nothing has ended the link: it is of the present epoch, or of the session that was kept."""
    is_kept = link.epoch == standing.epoch or link.session_id == standing.kept_session
    return standing.state is AccountState.ACTIVE and is_kept


def opens(token: str, link: CalendarLink | None) -> bool:
    """Return whether the token is the link's present one."""
    return hmac.compare_digest(hash_of(token), link.token_hash if link else _NO_HASH)
