"""People: account, role, principal, and the rules for names and interests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

ACCESS_TOKEN_LIFETIME = timedelta(hours=1)
REFRESH_TOKEN_LIFETIME = timedelta(days=7)
# Two devices of one person may present the same refresh token at once; within this time both get the successor.
REFRESH_GRACE = timedelta(seconds=10)

NAME_MAX_LENGTH = 100
# Stand where the names of those stood who have erased their accounts.
FORMER_LEARNER = "Former learner"
FORMER_TUTOR = "Former tutor"
TAGS_MAX = 20
TAG_MAX_LENGTH = 60


class Role(StrEnum):
    LEARNER = "learner"
    TUTOR = "tutor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling, as their verified access token says.

    `source` is the network address that API Gateway saw; empty where no request is behind the call.
    """

    user_id: str
    role: Role
    session_id: str
    source: str = field(default="", compare=False)

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


@dataclass(frozen=True, slots=True)
class User:
    """A person's account without its password.

    `session_epoch` counts the events that ended all of their sessions at once; `kept_session` survived the last one.
    """

    user_id: str
    name: str
    email: str
    role: Role
    interests: tuple[str, ...]
    learning_goals: tuple[str, ...]
    created_at: datetime
    session_epoch: int = 0
    kept_session: str | None = None

    def allows(self, session: Session) -> bool:
        """Whether a session begun in `session.epoch` still stands."""
        return session.epoch == self.session_epoch or session.session_id == self.kept_session


@dataclass(frozen=True, slots=True)
class Credential:
    """What signing in needs, found by email address: the hash, and the account's own copy for the answer."""

    password_hash: str
    user: User


@dataclass(frozen=True, slots=True)
class Session:
    """A refresh-token family: one sign-in on one device.

    `generation` counts rotations; only the token of the present generation is live. `expires_at` is 7 days after the
    sign-in and does not slide.
    """

    session_id: str
    user_id: str
    generation: int
    token_hash: str
    rotated_at: datetime
    expires_at: datetime
    epoch: int
    previous_hash: str | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """What a verified refresh token says. Whether it is spent is the session's question."""

    user_id: str
    session_id: str
    generation: int
    token_hash: str
