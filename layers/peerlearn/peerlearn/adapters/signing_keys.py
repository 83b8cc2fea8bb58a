"""The keys that sign tokens: derived from a secret that only signers may read, and published before they first sign."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from peerlearn.adapters.ed25519 import key_pair
from peerlearn.adapters.keyring import SecretKeyRing, SecretVersions, SigningKey
from peerlearn.adapters.public_keys import KEY_SIGNS_AFTER_SECONDS
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.signing import PublishedKeys, successor

# Others publish at the same moment: they write the same keys, so a second look finds it done.
_TRIES_MAX = 3


class Publication(Protocol):
    """The place of public keys; see `peerlearn.persistence.published_keys`."""

    def read(self) -> PublishedKeys | None: ...
    def publish(self, published: PublishedKeys) -> bool: ...


class PublishingKeyRing(SecretKeyRing):
    """The versions AWSCURRENT and AWSPREVIOUS of the secret, whose public keys are published, and no others.

    before                A published              A signs
    rotated               B and A published        A signs still: those who verify may not know B yet
    five minutes later    B and A published        B signs
    """

    def __init__(
        self,
        versions: SecretVersions,
        publication: Publication,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Clock = utc_now,
    ) -> None:
        super().__init__(versions, monotonic, clock)
        self._publication = publication

    def publish(self) -> PublishedKeys:
        """Read the secret and return what is published of it from now on.

        Raises
        ------
        TemporarilyUnavailable
        """
        for _ in range(_TRIES_MAX):
            # In this order: the process that replaces a version has read the secret after that version was written.
            published = self._publication.read()
            keys = self._versions_of_secret(published)
            public = {key.kid: key_pair(key.secret)[0] for key in keys}
            if published is None or not published.are(public):
                published = successor(published, public, self._clock())
                if not self._publication.publish(published):
                    continue
            age = (self._clock() - published.keys[keys[0].kid].since).total_seconds()
            self._take(keys, signs_in=max(0.0, KEY_SIGNS_AFTER_SECONDS - age))
            return published
        raise TemporarilyUnavailable

    def _read(self, *, both: bool = False) -> None:  # noqa: ARG002 (it always knows both)
        self.publish()

    def _versions_of_secret(self, published: PublishedKeys | None) -> list[SigningKey]:
        newest, _ = self._versions.current()
        # Published alone, it had none before it.
        if published is not None and published.keys.keys() == {newest.kid}:
            return [newest]
        previous = self._versions.previous()
        return [newest, previous] if previous else [newest]
