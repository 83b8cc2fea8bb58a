"""How often one person, or one network address, may do a thing.

A window opens with the first use and closes `seconds` later; within it `quota` uses are let through. Every limit is a
setting: `name=quota/seconds`, several separated by commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from peerlearn.domain.errors import TooManyRequests

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SETTING = re.compile(r"([a-z-]+)=([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `quota` uses in `seconds`."""

    name: str
    quota: int
    seconds: int

    def exceeded(self, wait: int) -> TooManyRequests:
        """Return the refusal of one use more, to be tried again after `wait` seconds."""
        return TooManyRequests(
            f"At most {self.quota} of these are possible in {spoken(self.seconds)}. Try again in {max(1, wait)} s.",
            details={"limit": self.name, "quota": self.quota, "seconds": self.seconds},
            retry_after=max(1, wait),
        )


@dataclass(frozen=True, slots=True)
class Window:
    """Uses so far, and the second since 1970 at which the window closes."""

    count: int
    closes_at: int

    def is_open(self, now: int) -> bool:
        return self.closes_at > now


# For each account, unless said otherwise.
ENROLLMENTS = "enrollments"
MESSAGES = "messages"
UNANSWERED_MESSAGES = "unanswered-messages"
UPLOADS = "uploads"
SUBMISSIONS = "submissions"
SUBMISSION_TRIES = "submission-tries"
EXPORTS = "exports"
CALENDAR_LINKS = "calendar-links"
TICKETS = "tickets"
SOCKETS = "sockets"
SOCKET_MESSAGES = "socket-messages"
PROFILE = "profile"
PROGRESS = "progress"
READ_MARKS = "read-marks"
SESSIONS = "sessions"
SIGN_INS = "sign-ins"
AUTHORING = "authoring"
GRADES = "grades"
ADMINISTRATION = "administration"
VERIFICATIONS = "verifications"
EMAIL_CHANGES = "email-changes"
NOTICES = "notices"
# For each account, whatever address the guesses come from.
WRONG_PASSWORDS = "wrong-passwords"
# For each source address.
REGISTRATIONS = "registrations"
REFRESHES = "refreshes"
FORGOTTEN_PASSWORDS = "forgotten-passwords"
MAIL_TOKENS = "mail-tokens"
UNSUBSCRIBINGS = "unsubscribings"
# For each address that mails go to: beyond it none is sent, and nobody is told.
RESET_MAILS = "reset-mails"
UNPROVEN_MAILS = "unproven-mails"

# Somebody without a proven address may prove it, change it, and see to their password, their sessions and the account.
FREE_OF_PROOF = frozenset({VERIFICATIONS, EMAIL_CHANGES, SESSIONS})

DEFAULTS: Mapping[str, Limit] = {
    limit.name: limit
    for limit in (
        Limit(ENROLLMENTS, 60, _MINUTE),
        Limit(MESSAGES, 60, _MINUTE),
        # until the receiver answers: the window is the conversation itself
        Limit(UNANSWERED_MESSAGES, 20, _DAY),
        Limit(UPLOADS, 60, _HOUR),
        # of one assessment
        Limit(SUBMISSIONS, 30, _HOUR),
        # of all, with those that were refused
        Limit(SUBMISSION_TRIES, 120, _HOUR),
        Limit(EXPORTS, 5, _DAY),
        Limit(CALENDAR_LINKS, 20, _DAY),
        Limit(TICKETS, 60, _HOUR),
        # open at once: one more closes the oldest
        Limit(SOCKETS, 20, _DAY),
        Limit(SOCKET_MESSAGES, 120, _MINUTE),
        Limit(PROFILE, 60, _MINUTE),
        Limit(PROGRESS, 240, _MINUTE),
        Limit(READ_MARKS, 240, _MINUTE),
        Limit(SESSIONS, 120, _HOUR),
        Limit(SIGN_INS, 100, _HOUR),
        Limit(AUTHORING, 120, _MINUTE),
        Limit(GRADES, 300, _MINUTE),
        Limit(ADMINISTRATION, 300, _MINUTE),
        Limit(WRONG_PASSWORDS, 10, 15 * _MINUTE),
        Limit(REGISTRATIONS, 200, _HOUR),
        Limit(REFRESHES, 6000, _HOUR),
        Limit(VERIFICATIONS, 5, _HOUR),
        Limit(EMAIL_CHANGES, 5, _DAY),
        Limit(FORGOTTEN_PASSWORDS, 200, _HOUR),
        Limit(MAIL_TOKENS, 600, _HOUR),
        Limit(NOTICES, 60, _MINUTE),
        # one of the large mail providers calls for all of its users
        Limit(UNSUBSCRIBINGS, 6000, _HOUR),
        Limit(RESET_MAILS, 5, _HOUR),
        Limit(UNPROVEN_MAILS, 20, _DAY),
    )
}


class Limits:
    """The limits in force: the defaults, and what a setting says instead."""

    def __init__(self, setting: str = "") -> None:
        self._limits = dict(DEFAULTS) | {limit.name: limit for limit in _parsed(setting)}

    def __getitem__(self, name: str) -> Limit:
        return self._limits[name]


def _parsed(setting: str) -> Iterator[Limit]:
    for part in filter(None, (text.strip() for text in setting.split(","))):
        match = _SETTING.fullmatch(part)
        if match is None or match[1] not in DEFAULTS:
            raise ValueError(f"{part!r} is no limit: write <name>=<quota>/<seconds>, with one of {', '.join(DEFAULTS)}")
        yield Limit(match[1], int(match[2]), int(match[3]))


def spoken(seconds: int) -> str:
    """Return a window's length as people say it."""
    for size, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds % size == 0:
            number = seconds // size
            return f"{number} {name}s" if number > 1 else f"one {name}"
    return f"{seconds} seconds"


# -- what an answer tells of it


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a limit the present request has left."""

    limit: Limit
    remaining: int
    resets_in: int


_usages: ContextVar[tuple[Usage, ...]] = ContextVar("limit_usages", default=())


def usages() -> Sequence[Usage]:
    """Return what the present request has used, each limit once."""
    return _usages.get()


def note_usage(limit: Limit, count: int, closes_at: int, now: int) -> None:
    """Keep for the answer that `count` uses of the limit are made."""
    usage = Usage(limit, max(0, limit.quota - count), max(0, closes_at - now))
    _usages.set((*(one for one in _usages.get() if one.limit.name != limit.name), usage))


def forget_usages() -> None:
    """Begin a request: nothing is used yet."""
    _usages.set(())
