"""Secret keys from Secrets Manager: one signs, the current and the previous one verify."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from peerlearn.adapters.failures import transient_as_unavailable
from peerlearn.adapters.public_keys import KEY_FRESH_SECONDS, KEY_SIGNS_AFTER_SECONDS, LOOK_AGAIN_SECONDS, SparingLook
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Shorter keys can be guessed: 256 bits are what HMAC-SHA256 and Ed25519 are as strong as.
# https://datatracker.ietf.org/doc/html/rfc7518#section-3.2
KEY_MIN_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret version: `kid` is its VersionId."""

    kid: str
    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < KEY_MIN_BYTES:
            raise ValueError(f"the signing key has {len(self.secret)} bytes; {KEY_MIN_BYTES} are the least")


class SigningKeys(Protocol):
    def current(self) -> SigningKey: ...
    def known(self) -> Iterable[SigningKey]: ...


class SecretKeys(Protocol):
    def current(self) -> SigningKey: ...
    def find(self, kid: str) -> SigningKey | None: ...


class SecretVersions:
    """A secret of Secrets Manager.

    Parameters
    ----------
    client
        Gives the client, which is made when it is first asked for: many who could sign never do.
    """

    def __init__(self, client: Callable[[], SecretsManagerClient], secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id

    def current(self) -> tuple[SigningKey, datetime]:
        """Return the newest version and when it was made.

        Raises
        ------
        TemporarilyUnavailable
        LookupError
            The secret has no current version.
        ValueError
            It is shorter than 32 bytes.
        """
        found = self._version("AWSCURRENT")
        if found is None:
            raise LookupError("the secret has no current version")
        return found

    def previous(self) -> SigningKey | None:
        """Return the version before the newest, or None of a secret that was never rotated.

        Raises
        ------
        TemporarilyUnavailable
        """
        found = self._version("AWSPREVIOUS")
        return found[0] if found else None

    def _version(self, stage: str) -> tuple[SigningKey, datetime] | None:
        try:
            with transient_as_unavailable():
                answer: Any = self._client().get_secret_value(SecretId=self._secret_id, VersionStage=stage)
        except ClientError as error:
            if stage == "AWSPREVIOUS" and error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return SigningKey(answer["VersionId"], json.loads(answer["SecretString"])["key"].encode()), answer[
            "CreatedDate"
        ]


class SecretKeyRing:
    """The versions AWSCURRENT and AWSPREVIOUS of one secret, cached in the process.

        before                A current                signs
        rotated               B current, A previous    A signs still: others may not know B yet
        five minutes later    B current, A previous    B signs

    Both verify all the while.
    """

    def __init__(
        self,
        versions: SecretVersions,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Clock = utc_now,
    ) -> None:
        self._versions = versions
        self._monotonic = monotonic
        self._clock = clock
        # the one that signs first; without the previous one where nobody has asked for it
        self._keys: tuple[SigningKey, ...] = ()
        self._newest_kid = ""
        self._due = float("-inf")
        self._look = SparingLook(partial(self._read, both=True), monotonic)

    def current(self) -> SigningKey:
        """The key that signs. One that is known goes on signing while Secrets Manager does not answer.

        Raises
        ------
        TemporarilyUnavailable
            Secrets Manager did not answer, and no key is known yet.
        ValueError
            The secret is shorter than 32 bytes.
        """
        if not self._keys:
            self._read()
        elif self._monotonic() >= self._due:
            self._due = self._monotonic() + LOOK_AGAIN_SECONDS
            with suppress(TemporarilyUnavailable):
                self._read()
        return self._keys[0]

    def find(self, kid: str) -> SigningKey | None:
        """The key of that version if it is the current or the previous one.

        Raises
        ------
        TemporarilyUnavailable
            It is not among the known ones, and Secrets Manager did not answer.
        """
        self.current()
        found = self._known(kid)
        if found is None:
            self._look.take()
            found = self._known(kid)
        return found

    def known(self) -> Iterator[SigningKey]:
        """The key that signs, then the other; asks Secrets Manager anew only of a caller who goes on to the end."""
        self.current()
        before = self._keys
        yield from before
        self._look.take()
        yield from (key for key in self._keys if key not in before)

    def _known(self, kid: str) -> SigningKey | None:
        return next((key for key in self._keys if key.kid == kid), None)

    def _read(self, *, both: bool = False) -> None:
        """Read the newest version, and the one before where it is of use or asked for.

        Nothing that is known changes unless everything was read.
        """
        newest, made_at = self._versions.current()
        signs_in = max(0.0, KEY_SIGNS_AFTER_SECONDS - (self._clock() - made_at).total_seconds())
        keys = [newest, *(key for key in self._keys if key.kid != newest.kid)]
        # The newest key of the last time need not be the one before this: there may have been another in between.
        if both or signs_in or self._newest_kid not in ("", newest.kid):
            previous = self._versions.previous()
            keys = [newest, previous] if previous else [newest]
        self._take(keys, signs_in)

    def _take(self, keys: list[SigningKey], signs_in: float) -> None:
        """Keep these keys, the newest of which comes first, and signs with it in so many seconds."""
        self._newest_kid = keys[0].kid
        self._keys = tuple(reversed(keys) if signs_in else keys)
        self._due = self._monotonic() + min(KEY_FRESH_SECONDS, signs_in or KEY_FRESH_SECONDS)
