"""Accounts for tests, signed in, without the time that hashing a password takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import count

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.adapters.tokens import TokenService
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.ids import new_id
from peerlearn.domain.users import Credential, Principal, Role, SignInSession, User
from peerlearn.persistence.accounts import AccountRepository

_numbers = count(1)
PASSWORD = "Correct-Horse-7"


@cache
def _password_hash() -> str:
    # The least cost that bcrypt knows: tests are not attacked.
    return PasswordHasher(4).hash(PASSWORD)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account and a session."""

    user: User
    session: SignInSession
    token: str
    refresh_token: str

    @property
    def user_id(self) -> str:
        return self.user.user_id

    @property
    def principal(self) -> Principal:
        return Principal(self.user.user_id, self.user.role, self.session.session_id)


class People:
    """Makes them, all with `PASSWORD`."""

    def __init__(self, accounts: AccountRepository, tokens: TokenService, clock: Clock = utc_now) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._clock = clock

    def add(self, role: Role = Role.LEARNER, name: str | None = None, *, proven: bool = False) -> Person:
        """A new account of that role."""
        number = next(_numbers)
        user = User(
            user_id=new_id("usr"),
            name=name or f"{role.value.title()} {number}",
            email=f"person-{number}@people.example",
            role=role,
            interests=("chess",),
            learning_goals=("endgames",),
            created_at=self._clock(),
            email_verified=proven,
        )
        session_id = new_id("sid")
        session = SignInSession(
            session_id=session_id,
            user_id=user.user_id,
            generation=1,
            token_hash=self._tokens.refresh_hash(session_id, 1),
            rotated_at=self._clock(),
            expires_at=self._clock() + timedelta(days=7),
            created_at=self._clock(),
        )
        self._accounts.add(Credential(_password_hash(), user), session, new_id("token"))
        return Person(
            user,
            session,
            self._tokens.issue_access(user, session_id),
            self._tokens.issue_refresh(session, role),
        )
