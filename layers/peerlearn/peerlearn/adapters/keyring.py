"""Signing keys from Secrets Manager: the current one signs, the current and the previous one verify."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from peerlearn.adapters.failures import transient_as_unavailable
from peerlearn.domain.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Shorter keys weaken HS256; PyJWT only warns. https://datatracker.ietf.org/doc/html/rfc7518#section-3.2
KEY_MIN_BYTES = 32
# How long a process trusts its keys, and how often at most an unknown `kid` or a failure makes it look again.
KEY_FRESH_SECONDS = 300.0
_LOOK_AGAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret version: `kid` is its VersionId."""

    kid: str
    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < KEY_MIN_BYTES:
            raise ValueError(f"the signing key has {len(self.secret)} bytes; {KEY_MIN_BYTES} are the least")


class KeyRing(Protocol):
    def current(self) -> SigningKey: ...
    def find(self, kid: str) -> SigningKey | None: ...
    def known(self) -> Iterable[SigningKey]: ...


class SecretKeyRing:
    """The versions AWSCURRENT and AWSPREVIOUS of one secret, cached in the process."""

    def __init__(
        self, client: SecretsManagerClient, secret_id: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._monotonic = monotonic
        self._current: SigningKey | None = None
        self._others: dict[str, SigningKey] = {}
        self._current_due = float("-inf")
        self._look_due = float("-inf")
        self._look_failed = False

    def current(self) -> SigningKey:
        """The key that signs. One that is known goes on signing while Secrets Manager does not answer.

        Raises
        ------
        TemporarilyUnavailable
            Secrets Manager did not answer, and no key is known yet.
        ValueError
            The secret is shorter than 32 bytes.
        """
        if self._current is None:
            return self._read_current()
        if self._monotonic() >= self._current_due:
            self._current_due = self._monotonic() + _LOOK_AGAIN_SECONDS
            try:
                return self._read_current()
            except TemporarilyUnavailable:
                return self._current
        return self._current

    def find(self, kid: str) -> SigningKey | None:
        """The key of that version if it is the current or the previous one.

        Raises
        ------
        TemporarilyUnavailable
            It is not among the known ones, and Secrets Manager did not answer.
        """
        current = self.current()
        if kid == current.kid:
            return current
        if kid not in self._others:
            self._look_again()
        return self._current if self._current and self._current.kid == kid else self._others.get(kid)

    def known(self) -> Iterator[SigningKey]:
        """The current key, then the previous; asks Secrets Manager anew only of a caller who goes on to the end."""
        seen = set()
        for look_again in (False, True):
            if look_again:
                self._look_again()
            for key in (self.current(), *self._others.values()):
                if key.kid not in seen:
                    seen.add(key.kid)
                    yield key

    def _look_again(self) -> None:
        """Reads both versions, at most every few seconds: a forged `kid` must not cost a look-up per request."""
        if self._monotonic() < self._look_due:
            if self._look_failed:
                raise TemporarilyUnavailable
            return
        self._look_due = self._monotonic() + _LOOK_AGAIN_SECONDS
        self._look_failed = True
        self._read_current()
        previous = self._fetch("AWSPREVIOUS")
        self._others = {previous.kid: previous} if previous else {}
        self._look_failed = False

    def _read_current(self) -> SigningKey:
        fetched = self._fetch("AWSCURRENT")
        if fetched is None:
            raise LookupError("the signing secret has no current version")
        if self._current is not None and self._current.kid != fetched.kid:
            self._others = {self._current.kid: self._current}
        self._current = fetched
        self._current_due = self._monotonic() + KEY_FRESH_SECONDS
        return fetched

    def _fetch(self, stage: str) -> SigningKey | None:
        try:
            with transient_as_unavailable():
                answer: Any = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=stage)
        except ClientError as error:
            # A secret that was never rotated has no previous version.
            if stage == "AWSPREVIOUS" and error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return SigningKey(answer["VersionId"], json.loads(answer["SecretString"])["key"].encode())
