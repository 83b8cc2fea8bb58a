"""The public keys that verify tokens, as the signers publish them: nobody signs with what is here."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.signing import PublishedKeys

# How long a process trusts its keys, and how often at most an unknown `kid` or a failure makes it look again.
KEY_FRESH_SECONDS = 300.0
LOOK_AGAIN_SECONDS = 10.0
# From this age on a key signs: every process has read it by then, so that nobody is refused for a key not yet known.
KEY_SIGNS_AFTER_SECONDS = KEY_FRESH_SECONDS + LOOK_AGAIN_SECONDS


class SparingLook:
    """Reads at most every few seconds: a forged `kid` must not cost a look-up per request.

    Parameters
    ----------
    read
        Raises TemporarilyUnavailable where nothing could be read; then each question before the next look does so too.
    """

    def __init__(self, read: Callable[[], object], monotonic: Callable[[], float]) -> None:
        self._read = read
        self._monotonic = monotonic
        self._due = float("-inf")
        self._has_failed = False

    def take(self) -> None:
        """Read, where it is time for it.

        Raises
        ------
        TemporarilyUnavailable
            This look failed, or the last one did, and it is too early for another.
        """
        if self._monotonic() < self._due:
            if self._has_failed:
                raise TemporarilyUnavailable
            return
        self._due = self._monotonic() + LOOK_AGAIN_SECONDS
        self._has_failed = True
        self._read()
        self._has_failed = False


class PublicKeys(Protocol):
    def public_key(self, kid: str) -> bytes | None: ...


class PublishedKeyRing:
    """The published keys, cached in the process.

    Parameters
    ----------
    read
        Gives what is published at the moment, or None; raises TemporarilyUnavailable.
    """

    def __init__(
        self, read: Callable[[], PublishedKeys | None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = read
        self._monotonic = monotonic
        self._keys: dict[str, bytes] = {}
        self._due = float("-inf")
        self._look = SparingLook(self._read, monotonic)

    def public_key(self, kid: str) -> bytes | None:
        """Return the key of that id if it is published. Known ones go on verifying while the table does not answer.

        Raises
        ------
        TemporarilyUnavailable
            It is not among the known ones, and the table did not answer or nothing is published.
        """
        if self._keys and self._monotonic() >= self._due:
            self._due = self._monotonic() + LOOK_AGAIN_SECONDS
            with suppress(TemporarilyUnavailable):
                self._read()
        if kid not in self._keys:
            self._look.take()
        return self._keys.get(kid)

    def _read(self) -> None:
        published = self._ask()
        if published is None:
            # Before anybody has signed in, or after the item was lost: no token can be told from a forged one.
            raise TemporarilyUnavailable
        self._keys = {kid: key.public for kid, key in published.keys.items()}
        self._due = self._monotonic() + KEY_FRESH_SECONDS
