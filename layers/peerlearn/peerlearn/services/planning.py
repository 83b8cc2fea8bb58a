"""Planning reminders: everything that gets a time gets its due items."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import Cause, Due
from peerlearn.domain.users import User


class Dues(Protocol):
    """See `peerlearn.persistence.dues`."""

    def put(self, dues: Sequence[Due], now: datetime) -> None: ...


class Accounts(Protocol):
    """See `peerlearn.persistence.accounts`."""

    def user(self, user_id: str) -> User | None: ...


class PlanningService:
    """Puts due items, again and again like once. Later changes are left to their worker."""

    def __init__(self, dues: Dues, accounts: Accounts, clock: Clock = utc_now) -> None:
        self._dues = dues
        self._accounts = accounts
        self._clock = clock

    def plan(self, cause: Cause) -> int:
        """Put what is due after a change; return how many due items that is.

        Raises
        ------
        TemporarilyUnavailable
        """
        time_zone = ""
        if cause.notice is Notice.MESSAGE_UNREAD:
            user = self._accounts.user(cause.subject)
            if user is None:
                return 0
            time_zone = user.time_zone
        dues = cause.dues(time_zone)
        self._dues.put(dues, self._clock())
        return len(dues)
