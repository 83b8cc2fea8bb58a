"""An account's address beyond its text: a change that waits for its proof, and the changes that can be undone.

    address A                --change to B asked for-->  A, with B pending; A may undo it for 72 hours
    A, B pending             --B proves itself-->        B; A may undo it for another 72 hours
    B (or still A)           --A undoes it-->            A again, without anything that came after

Changes are numbered. Undoing one takes everything after it away: a thief who moved an account through three addresses
holds a link to undo a later change, and that link is dead once the owner has undone the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

UNDO_LIFETIME = timedelta(hours=72)


def same_address(one: str, other: str) -> bool:
    """Return whether two spellings are one address: case means nothing."""
    return one.lower() == other.lower()


def spelled_out(address: str) -> str:
    """Return an address in lower case with its domain in its own script: SES knows it as `xn--bcher-kva.example`."""
    local, at, domain = address.lower().rpartition("@")
    return f"{local}{at}{'.'.join(map(_label, domain.split('.')))}"


def _label(label: str) -> str:
    with suppress(UnicodeError):
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    return label


# Tuples, since every function makes these classes when it starts, and a data class takes eight times as long to make.
class PendingAddress(NamedTuple):
    """A new address that has not proven itself yet.

    `epoch` is the account's when it was asked for: an end of all sessions takes the change with it, so that a thief
    who is shut out has left none behind.
    """

    email: str
    number: int
    epoch: int


class FormerAddress(NamedTuple):
    """The address before change `number`, which may undo that change `until` then."""

    email: str
    number: int
    until: datetime


class AddressState(NamedTuple):
    """All there is to know of an account's address beside its text and whether it is proven.

    Attributes
    ----------
    changes: int
        How many changes were ever asked for; the number of the last one.
    resets: int
        How many times a link has given the account another password: those mailed before are dead.
    version: int
        Grows with each write of any of this.
    proven_at: datetime or None
        When a link that was mailed to the address was last opened.
    """

    pending: PendingAddress | None = None
    former: Sequence[FormerAddress] = ()
    changes: int = 0
    resets: int = 0
    version: int = 0
    proven_at: datetime | None = None

    def asked_for(self, present: str, wanted: str, epoch: int, now: datetime) -> AddressState:
        """Return the state once another address was asked for; a change that was pending is replaced."""
        number = self.changes + 1
        known = [one for one in self.former if one.until > now]
        return self._replace(
            pending=PendingAddress(wanted, number, epoch),
            former=(*known, FormerAddress(present, number, now + UNDO_LIFETIME)),
            changes=number,
        )

    def carried_out(self, number: int, now: datetime) -> AddressState:
        """Return the state once the pending address has proven itself: the time to undo begins anew."""
        former = (one._replace(until=now + UNDO_LIFETIME) if one.number == number else one for one in self.former)
        return self._replace(pending=None, former=tuple(former), proven_at=now)

    def undone(self, number: int, now: datetime) -> AddressState:
        """Return the state without that change and all after it. Links to another password are dead, too."""
        former = tuple(one for one in self.former if one.number < number)
        return self._replace(pending=None, former=former, resets=self.resets + 1, proven_at=now)

    def before(self, number: int) -> FormerAddress | None:
        """Return the address before that change, where it can still be undone or is only late."""
        return next((one for one in self.former if one.number == number), None)
