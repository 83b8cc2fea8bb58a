"""Counters for people who are not signed in: wrong passwords of an account, and calls from an address.

Wrong passwords are counted for the account, over all the addresses that they come from: a guesser has no more tries for
having more addresses, and a school behind one address is not locked out by one of its pupils. A device that has
signed in before has a count of its own (OWASP's device cookies), so that nobody locks an account's owner out.

Source: https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from peerlearn.domain.limits import Limit, Window, note_usage
from peerlearn.domain.users import Credential


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit of one subject: `subject` is a digest, never an address in clear."""

    limit: Limit
    subject: str

    @classmethod
    def of(cls, limit: Limit, *parts: str) -> Allowance:
        text = "|".join((limit.name, *parts))
        return cls(limit, hashlib.sha256(text.encode()).hexdigest()[:32])

    def unopened(self, now: datetime) -> Window:
        """Return a window without a use, which would open now."""
        return Window(0, int(now.timestamp()) + self.limit.seconds)

    def require_room(self, window: Window, now: datetime) -> None:
        """Check that the window has room for one use more.

        Raises
        ------
        TooManyRequests
        """
        second = int(now.timestamp())
        note_usage(self.limit, window.count, window.closes_at, second)
        if window.count >= self.limit.quota:
            raise self.limit.exceeded(window.closes_at - second)

    def note(self, before: Window, now: datetime) -> None:
        """Note for the answer that one use more was counted; the first one opens a window."""
        window = before if before.count else self.unopened(now)
        note_usage(self.limit, window.count + 1, window.closes_at, int(now.timestamp()))


@dataclass(frozen=True, slots=True)
class SignInLook:
    """The first look of a sign-in: the account, and the window of wrong passwords that it falls into.

    `reported` says whether the window's being used up is in the audit trail already.
    """

    credential: Credential | None
    window: Window
    reported: bool = False


def wrong_passwords(limit: Limit, email: str, device: str | None) -> Allowance:
    """Return what a wrong password for that address counts against: the device where it is known, else the account."""
    return Allowance.of(limit, "account", email.lower()) if device is None else Allowance.of(limit, "device", device)
