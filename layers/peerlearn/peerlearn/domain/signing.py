"""The public halves of the keys that tokens are signed with, as they are published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple


# Tuples, since every function makes these classes when it starts, and a data class takes eight times as long to make.
class PublishedKey(NamedTuple):
    """A public key.

    Attributes
    ----------
    public: bytes
        32 bytes of Ed25519.
    since: datetime
        When it was published: every function that verifies has read it some minutes later.
    """

    public: bytes
    since: datetime


class PublishedKeys(NamedTuple):
    """The keys that verify, by `kid`.

    Attributes
    ----------
    version: int
        Grows with each publication, from 1; only the version that was read is replaced.
    """

    version: int
    keys: Mapping[str, PublishedKey]

    def are(self, public: Mapping[str, bytes]) -> bool:
        """Return whether exactly these keys are published."""
        return {kid: key.public for kid, key in self.keys.items()} == dict(public)


def successor(before: PublishedKeys | None, public: Mapping[str, bytes], now: datetime) -> PublishedKeys:
    """Return the publication of these keys: those that were published before keep their time."""
    known = before.keys if before else {}
    keys = {
        kid: known[kid] if kid in known and known[kid].public == key else PublishedKey(key, now)
        for kid, key in public.items()
    }
    return PublishedKeys(before.version + 1 if before else 1, keys)
