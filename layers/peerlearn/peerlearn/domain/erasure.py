"""Erasure: the fate of an account that its owner erases.

    account, sessions, address          gone at once, in one transaction that leaves a tombstone
    seats, places in waitlists          given up by the ordinary rules, so that waiting learners move up
    completed courses                   keep their seat, without progress, points or a name
    ledger, attempts, files, drafts     gone
    courses that learners know          stay, by "Former tutor" under an id that is nobody's
    messages                            stay with the other person, without a name; gone once both have gone

The tombstone stays: an access token that is still good for some minutes finds it wherever it would write.
"""

from __future__ import annotations

from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.ids import derived_id


def account_erased() -> Unauthenticated:
    """Return what a token of an erased account is told."""
    return Unauthenticated("This account has been erased.")


def nobodys_id(user_id: str, course_id: str) -> str:
    """Return who teaches a course whose tutor has gone: nobody signs in with it, and no two courses share it."""
    return derived_id("usr", "former", user_id, course_id)
