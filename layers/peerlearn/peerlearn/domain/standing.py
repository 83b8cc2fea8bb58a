"""Standing, the worth of a token now: the account's role and state, and its sign-in sessions that have not ended.

A token says who its holder was when it was issued. Whether they still are is asked of the account's standing: in the
transaction of what is written, by a consistent read for whatever needs a role, and at most `READ_FRESH_SECONDS` late
for reads of one's own data.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import EmailNotVerified, Forbidden, Unauthenticated
from peerlearn.domain.limits import Limit, Window, note_usage
from peerlearn.domain.users import AccountState, Principal, Role

# Of the 5 seconds that are promised; the rest is for the read itself.
READ_FRESH_SECONDS = 4.0
SESSIONS_MAX = 20

AUTHORS = frozenset({Role.TUTOR, Role.ADMIN})
ADMINISTRATORS = frozenset({Role.ADMIN})


def session_ended() -> Unauthenticated:
    """Return what a token of an ended session is told."""
    return Unauthenticated("This session has ended. Sign in again.")


@dataclass(frozen=True, slots=True)
class Standing:
    """An account at one moment.

    Attributes
    ----------
    epoch: int
        Counts the events that ended all sessions at once, `kept_session` apart.
    sessions: mapping
        The sign-in sessions that have not ended, each with the second since 1970 at which it was last used.
    windows: mapping
        Open and closed windows of limits, by the limit's name.
    proven: bool
        Whether the account's address is proven.
    """

    user_id: str
    role: Role
    state: AccountState = AccountState.ACTIVE
    epoch: int = 0
    sessions: Mapping[str, int] = field(default_factory=dict)
    kept_session: str | None = None
    seen_at: int | None = None
    proven: bool = False
    windows: Mapping[str, Window] = field(default_factory=dict)

    def require(self, caller: Principal) -> None:
        """Check that the caller's session has not ended and that their token names the present role.

        Raises
        ------
        Unauthenticated
        """
        if self.state is AccountState.ERASED:
            raise account_erased()
        if caller.session_id not in self.sessions or caller.role is not self.role:
            raise session_ended()

    def require_role(self, roles: frozenset[Role]) -> None:
        """Check that the account has one of the roles.

        Raises
        ------
        Forbidden
        """
        if self.role not in roles:
            raise Forbidden(
                "Only administrators may do this." if roles == ADMINISTRATORS else "Only tutors may do this."
            )

    def require_proof(self) -> None:
        """Check that the account's address is proven.

        Raises
        ------
        EmailNotVerified
        """
        if not self.proven:
            raise EmailNotVerified

    def window(self, limit: Limit, now: int) -> Window:
        """Return the limit's present window; one that nothing has opened yet would open now."""
        window = self.windows.get(limit.name)
        return window if window is not None and window.is_open(now) else Window(0, now + limit.seconds)

    @property
    def last_seen(self) -> datetime | None:
        """When a session last began or was renewed."""
        return None if self.seen_at is None else datetime.fromtimestamp(self.seen_at, UTC)

    @property
    def one_too_many(self) -> str | None:
        """The session that ends with the next sign-in: of 20, the one that has gone unused the longest."""
        if len(self.sessions) < SESSIONS_MAX:
            return None
        return min(self.sessions, key=lambda session_id: (self.sessions[session_id], session_id))


def require_standing(standing: Standing | None, caller: Principal) -> Standing:
    """Return the standing if the caller's session has not ended.

    Raises
    ------
    Unauthenticated
    """
    if standing is None:
        raise account_erased()
    standing.require(caller)
    return standing


class KnownStandings:
    """The standings that a process has seen: good for reads that may be seconds old, and a guess for writes.

    Parameters
    ----------
    monotonic
        Seconds of a clock that never goes back.
    """

    _MAX = 2000

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen: dict[str, tuple[Standing, float]] = {}

    def fresh(self, user_id: str) -> Standing | None:
        """Return what was read from the table within the last `READ_FRESH_SECONDS`."""
        standing, read_at = self._seen.get(user_id, (None, float("-inf")))
        return standing if self._monotonic() - read_at < READ_FRESH_SECONDS else None

    def guess(self, user_id: str) -> Standing | None:
        """Return what was last seen, however long ago."""
        return self._seen.get(user_id, (None,))[0]

    def learn(self, standing: Standing) -> None:
        """Keep what was read from the table just now."""
        if len(self._seen) >= self._MAX:
            # Bounded: a forgotten entry costs one more read.
            self._seen.clear()
        self._seen[standing.user_id] = (standing, self._monotonic())

    def guess_from_now(self, standing: Standing) -> None:
        """Keep what follows from an own write, without making it any fresher."""
        _, read_at = self._seen.get(standing.user_id, (None, float("-inf")))
        self._seen[standing.user_id] = (standing, read_at)


# The admission of the present request, as long as nothing has counted it.
_uncounted: ContextVar[Admission | None] = ContextVar("uncounted", default=None)


def leave_to_count(admission: Admission | None) -> None:
    """Keep the admission of a request whose own transaction counts it: without that it is counted at the end."""
    _uncounted.set(admission)


def left_to_count() -> Admission | None:
    """Return the present request's admission if nothing has counted it, once."""
    admission = _uncounted.get()
    _uncounted.set(None)
    return admission


@dataclass(frozen=True, slots=True)
class Admission:
    """The demands of a write on its caller's standing: a session that has not ended, a role, and room within limits.

    It travels to the store, which makes it a condition of the write. `needs_proof` asks for a proven address.
    The condition is made from
    `standing`, the last look at the account, or None, which stands for an account that has opened no window.
    """

    caller: Principal
    limits: tuple[Limit, ...] = ()
    roles: frozenset[Role] | None = None
    standing: Standing | None = None
    needs_proof: bool = False
    known: KnownStandings = field(default_factory=KnownStandings, compare=False)

    def seeing(self, standing: Standing | None, now: datetime) -> Admission:
        """Return this admission made from what was read just now.

        Raises
        ------
        Unauthenticated
            The session has ended, or the account was erased.
        Forbidden
            The account has another role.
        EmailNotVerified
            The account's address is not proven, and has to be.
        TooManyRequests
            A limit leaves no room.
        """
        present = require_standing(standing, self.caller)
        self.known.learn(present)
        if self.needs_proof:
            present.require_proof()
        if self.roles is not None:
            present.require_role(self.roles)
        admission = replace(self, standing=present)
        admission.note(now)
        admission.require_room(now)
        return admission

    def require_room(self, now: datetime) -> None:
        """Check that what is known of the account leaves room within each limit.

        A window only fills until it closes: one that was seen full is full, whatever happened since.

        Raises
        ------
        TooManyRequests
        """
        second = int(now.timestamp())
        for limit in self.limits:
            window = self.window(limit, second)
            if window.count >= limit.quota:
                raise limit.exceeded(window.closes_at - second)

    def note(self, now: datetime) -> None:
        """Note for the answer what is left of each limit, as far as it is known."""
        second = int(now.timestamp())
        for limit in self.limits:
            window = self.window(limit, second)
            note_usage(limit, window.count, window.closes_at, second)

    def without_limits(self) -> Admission:
        """Return the same where one use was counted already: the check that a transaction repeats."""
        return replace(self, limits=())

    def counted(self, standing: Standing) -> Admission:
        """Return this admission with the account as the write left it."""
        self.known.learn(standing)
        return replace(self, standing=standing)

    def window(self, limit: Limit, now: int) -> Window:
        """Return the limit's window as far as it is known."""
        return self.standing.window(limit, now) if self.standing else Window(0, now + limit.seconds)

    def spent(self, now: datetime) -> None:
        """Note for the answer, and for the next write, that the write was admitted and counted."""
        _uncounted.set(None)
        second = int(now.timestamp())
        windows = {}
        for limit in self.limits:
            before = self.window(limit, second)
            after = Window(before.count + 1, before.closes_at)
            windows[limit.name] = after
            note_usage(limit, after.count, after.closes_at, second)
        standing = self.standing or Standing(self.caller.user_id, self.caller.role)
        self.known.guess_from_now(replace(standing, windows={**standing.windows, **windows}))
