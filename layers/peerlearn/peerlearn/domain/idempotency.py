"""Idempotency keys: a request that its client names is done once, and its answer is given again.

nothing, or kept a day ago           --claim-->    claimed
claimed, its time is over            --claim-->    claimed anew, with the same seed
claimed                              --keep-->     answered
claimed, and nothing was done        --release-->  nothing
claimed, and something may be done --lapse-->    claimed, its time is over

The ids that a request makes up are derived from the claim's seed. So where a function was killed between its commit and
its answer, the repeat finds what is there already, and makes no second one.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peerlearn.domain.errors import Conflict, ValidationFailed
from peerlearn.domain.problems import Problem, Rule

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY_MAX_LENGTH = 255
KEPT_FOR = timedelta(hours=24)
# No function of the API runs as long: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
CLAIM_LASTS = timedelta(seconds=30)
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")
_SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class NamedRequest:
    """A request with an idempotency key.

    Attributes
    ----------
    place: str
        Where its answer is kept: a digest of caller, route and key.
    fingerprint: str
        A digest of what its body says.
    secret: bytes
        32 bytes that seal its answer. They follow from the key and the body, which are stored nowhere.
    """

    place: str
    fingerprint: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry a request out, from one process to the end of `until`."""

    claim_id: str
    seed: str
    until: datetime

    @classmethod
    def at(cls, now: datetime) -> Claim:
        """Return a new one."""
        return cls(secrets.token_hex(_SEED_BYTES), secrets.token_hex(_SEED_BYTES), now + CLAIM_LASTS)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to a request; `body` is the text that was sent."""

    status: int
    headers: dict[str, Any]
    body: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The record of a named request; `answer` is sealed, and None while the request is being carried out."""

    fingerprint: str
    claim: Claim
    expires_at: datetime
    answer: bytes | None = None

    def is_lapsed(self, now: datetime) -> bool:
        """Return whether the request that claimed it must have ended without an answer."""
        return self.answer is None and self.claim.until <= now


def named_request(key: str, caller: str, route: str, body: str) -> NamedRequest:
    """Return the request's name.

    Parameters
    ----------
    caller: str
        A user's id, or the network address of somebody who is not signed in.
    route: str
        Method and path, with the values of its parameters.
    body: str
        One spelling of what the body says; empty where there is none.

    Raises
    ------
    ValidationFailed
        The key is not 1 to 255 printable ASCII characters.
    """
    if not _PRINTABLE.fullmatch(key):
        problem = Problem(Rule.MALFORMED, f"must be 1 to {KEY_MAX_LENGTH} printable ASCII characters", KEY_MAX_LENGTH)
        raise ValidationFailed((HEADER, problem))
    return NamedRequest(
        place=_digest("place", caller, route, key).hex(),
        fingerprint=_digest("body", body).hex(),
        secret=_digest("answer", caller, route, key, body),
    )


def require_same(kept: Kept, request: NamedRequest) -> None:
    """Check that the key was used for the same body before.

    Raises
    ------
    Conflict
    """
    if kept.fingerprint != request.fingerprint:
        raise Conflict(f"This {HEADER} was used for a request with another body. Send a new key.")


def still_being_answered() -> Conflict:
    """Return what a repeat is told whose first request takes its time."""
    return Conflict("The first request with this key is still being answered. Try again.", retry_after=1)


def answer_not_kept() -> Conflict:
    """Return what a repeat is told where the first answer was too large to keep."""
    return Conflict("The first request with this key was done. Its answer is too large to be given again.")


def _digest(purpose: str, *parts: str) -> bytes:
    digest = hashlib.sha256(purpose.encode())
    for part in parts:
        digest.update(hashlib.sha256(part.encode(errors="surrogatepass")).digest())
    return digest.digest()


@dataclass(slots=True)
class _Derivation:
    seed: str
    count: int = 0


_derivation: ContextVar[_Derivation | None] = ContextVar("derivation", default=None)


@contextmanager
def deriving_from(claim: Claim) -> Iterator[None]:
    """Derive the ids that the request makes up meanwhile from its claim, so that a repeat makes up the same."""
    token = _derivation.set(_Derivation(claim.seed))
    try:
        yield
    finally:
        _derivation.reset(token)


def derived_bytes(count: int) -> bytes | None:
    """Return the next of the request's bytes, 32 at most; None of a request that has no key."""
    derivation = _derivation.get()
    if derivation is None:
        return None
    derivation.count += 1
    return _digest("derived", derivation.seed, str(derivation.count))[:count]
