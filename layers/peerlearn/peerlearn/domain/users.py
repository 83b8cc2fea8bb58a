"""People: account, role, principal, and the rules for names and interests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from peerlearn.domain.addresses import AddressState
from peerlearn.domain.text import compared

ACCESS_TOKEN_LIFETIME = timedelta(hours=1)
REFRESH_TOKEN_LIFETIME = timedelta(days=7)
DEVICE_NAME_MAX_LENGTH = 60

NAME_MAX_LENGTH = 100
# Stand where the names of those stood who have erased their accounts.
FORMER_LEARNER = "Former learner"
FORMER_TUTOR = "Former tutor"
# Stands for the name that somebody else had registered an address under, until its owner gives their own.
NEW_LEARNER = "New learner"
# The caller that the command line acts for: AWS lets operators in, and no account is behind them.
OPERATOR_ID = "operator"
OPERATOR_NAME = "Operator"


def is_reserved_name(name: str) -> bool:
    """Return whether a name reads like that of people who have erased their account."""
    letters = "".join(filter(str.isalnum, compared(name)))
    return letters in {"".join(filter(str.isalnum, compared(one))) for one in (FORMER_LEARNER, FORMER_TUTOR)}


TAGS_MAX = 20
TAG_MAX_LENGTH = 60


class Role(StrEnum):
    LEARNER = "learner"
    TUTOR = "tutor"
    ADMIN = "admin"


_NEW_ADDRESS = AddressState()


class Language(StrEnum):
    """The languages that mails are written in: each has a folder of templates."""

    ENGLISH = "en"
    GERMAN = "de"


class AccountState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller, as their verified access token says.

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

    `session_epoch` counts the events that ended all of their sessions at once; `kept_session` outlived the last one.
    Which sessions have not ended is said by the account's standing. `language` and `time_zone` are those of its mails,
    and `mail_key` makes the links in them that turn a kind of them off.
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
    state: AccountState = AccountState.ACTIVE
    email_verified: bool = False
    language: Language = Language.ENGLISH
    time_zone: str = "UTC"
    address: AddressState = _NEW_ADDRESS
    mail_key: str = field(default="", repr=False, compare=False)

    @property
    def administers(self) -> bool:
        """Return whether this is an administrator who can act: one of them has to be left."""
        return self.role is Role.ADMIN and self.state is AccountState.ACTIVE


@dataclass(frozen=True, slots=True)
class AuthorityChange:
    """A change of an account's permissions, whose write also ends its sessions, all but `kept_session`.

    None leaves a thing as it is.
    """

    role: Role | None = None
    state: AccountState | None = None
    password_hash: str | None = None
    kept_session: str | None = None

    def of(self, user: User) -> User:
        """Return the account after the change."""
        return replace(
            user,
            role=self.role or user.role,
            state=self.state or user.state,
            session_epoch=user.session_epoch + 1,
            kept_session=self.kept_session,
        )


@dataclass(frozen=True, slots=True)
class Credential:
    """The credential of an email address: the hash, and the account's own copy for the answer."""

    password_hash: str
    user: User


@dataclass(frozen=True, slots=True)
class SignInSession:
    """A refresh-token family: one sign-in on one device.

    `generation` counts rotations; only the token of the present generation is live, and its parent is answered with it
    once more. `expires_at` is 7 days after the sign-in and does not slide. `device` is what the client called itself.
    """

    session_id: str
    user_id: str
    generation: int
    token_hash: str
    rotated_at: datetime
    expires_at: datetime
    previous_hash: str | None = None
    revoked: bool = False
    device: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """The claims of a verified refresh token. Whether it is spent is the session's question."""

    user_id: str
    role: Role
    session_id: str
    generation: int
    token_hash: str
    expires_at: datetime

    @property
    def principal(self) -> Principal:
        return Principal(self.user_id, self.role, self.session_id)
