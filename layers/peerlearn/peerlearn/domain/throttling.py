"""How many failed sign-ins are borne before the next one has to wait.

Failures are counted per pair of account and source address, so that guessing at somebody's password locks the guesser
out and not the owner; and per source address over all accounts, so that one address cannot try a few passwords on
everybody. A school shares one address: its allowance is that of many people.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 10
FAILURES_PER_SOURCE = 200


@dataclass(frozen=True, slots=True)
class Allowance:
    """A count of failures: `subject` is what is counted (never an address in clear), `limit` how many are borne."""

    subject: str
    limit: int


@dataclass(frozen=True, slots=True)
class Failures:
    """The present window of an allowance: it opens with the first failure and closes `WINDOW` later."""

    count: int
    closes_at: datetime


def allowances(email: str, source: str) -> tuple[Allowance, Allowance]:
    """What a failed sign-in counts against: the account from this source, and this source."""
    return (
        Allowance(_digest(f"{source}|{email.lower()}"), FAILURES_PER_ACCOUNT),
        Allowance(_digest(source), FAILURES_PER_SOURCE),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
