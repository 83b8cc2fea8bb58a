"""Signing keys from Secrets Manager: the current one signs, the current and the previous one verify."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from peerlearn.adapters.failures import transient_as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Shorter keys weaken HS256; PyJWT only warns. https://datatracker.ietf.org/doc/html/rfc7518#section-3.2
KEY_MIN_BYTES = 32
# How long a process trusts its keys, and how often at most an unknown `kid` makes it look again.
_FRESH_SECONDS = 300.0
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
        self._read_at = 0.0
        self._looked_at = float("-inf")

    def current(self) -> SigningKey:
        """The key that signs.

        Raises
        ------
        TemporarilyUnavailable
            Secrets Manager did not answer.
        ValueError
            The secret is shorter than 32 bytes.
        """
        if self._current is None or self._monotonic() - self._read_at > _FRESH_SECONDS:
            fetched = self._fetch("AWSCURRENT")
            if fetched is None:
                raise LookupError("the signing secret has no current version")
            if self._current is not None and self._current.kid != fetched.kid:
                self._others = {self._current.kid: self._current}
            self._current = fetched
            self._read_at = self._monotonic()
        return self._current

    def find(self, kid: str) -> SigningKey | None:
        """The key of that version if it is the current or the previous one."""
        if self.current().kid == kid:
            return self.current()
        if kid not in self._others and self._monotonic() - self._looked_at > _LOOK_AGAIN_SECONDS:
            # A forged `kid` costs a look-up at most every few seconds, not one per request.
            self._looked_at = self._monotonic()
            self._read_at = float("-inf")
            if self.current().kid == kid:
                return self.current()
            previous = self._fetch("AWSPREVIOUS")
            self._others = {previous.kid: previous} if previous else {}
        return self._others.get(kid)

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
