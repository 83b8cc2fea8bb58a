"""Doing a request once that its client may send several times."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.idempotency import (
    KEPT_FOR,
    Claim,
    Kept,
    KeptAnswer,
    NamedRequest,
    answer_not_kept,
    require_same,
    still_being_answered,
)

# An item has at most 400 KB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
ANSWER_MAX_BYTES = 380_000


class Claims(Protocol):
    """See `peerlearn.persistence.idempotency`."""

    def claim(self, place: str, wanted: Kept, now: datetime) -> Kept: ...
    def take_over(self, place: str, lapsed: Kept, claim: Claim) -> Kept: ...
    def keep(self, place: str, claimed: Kept, answer: bytes) -> None: ...
    def lapse(self, place: str, claimed: Kept, now: datetime) -> None: ...
    def release(self, place: str, claimed: Kept) -> None: ...


class Seal(Protocol):
    """See `peerlearn.adapters.sealing`."""

    def seal(self, content: bytes, secret: bytes) -> bytes: ...
    def open(self, sealed: bytes, secret: bytes) -> bytes: ...


class Pauses(Protocol):
    """Yields once per look, pausing in between; see `peerlearn.persistence.table.Backoff`."""

    def waits(self) -> Any: ...


class IdempotencyService:
    """Claims requests, keeps their answers for a day, and gives them again.

    Parameters
    ----------
    pauses
        How long to wait for an answer that another process is making.
    """

    def __init__(self, claims: Claims, seal: Seal, pauses: Callable[[], Pauses], clock: Clock = utc_now) -> None:
        self._claims = claims
        self._seal = seal
        self._pauses = pauses
        self._clock = clock

    def begin(self, request: NamedRequest) -> Kept | KeptAnswer:
        """Return a claim to carry the request out, or the answer that it had.

        Raises
        ------
        Conflict
            The key was used with another body, its answer is still being made, or was too large to keep.
        """
        for _ in self._pauses().waits():
            now = self._clock()
            claim = Claim.at(now)
            found = self._claims.claim(request.place, Kept(request.fingerprint, claim, now + KEPT_FOR), now)
            if found.is_lapsed(now) and found.fingerprint == request.fingerprint:
                found = self._claims.take_over(request.place, found, claim)
            if found.claim.claim_id == claim.claim_id:
                return found
            require_same(found, request)
            if found.answer is not None:
                return self._opened(found.answer, request)
        raise still_being_answered()

    def keep(self, request: NamedRequest, claimed: Kept, answer: KeptAnswer) -> None:
        """Keep what the request was answered with, as long as the claim is still this process's.

        Where the table is busy nothing is kept: the answer stands, and a repeat finds what was done.
        """
        content = json.dumps(asdict(answer), separators=(",", ":")).encode()
        if len(content) > ANSWER_MAX_BYTES:
            content = b""
        with suppress(TemporarilyUnavailable):
            self._claims.keep(request.place, claimed, self._seal.seal(content, request.secret))

    def give_up(self, request: NamedRequest, claimed: Kept, *, is_undone: bool) -> None:
        """Let a repeat carry the request out.

        Parameters
        ----------
        is_undone: bool
            Whether nothing was done for sure. Else the repeat goes on with the same seed, and finds what was done.
        """
        # Where the table is busy the claim ends by itself.
        with suppress(TemporarilyUnavailable):
            if is_undone:
                self._claims.release(request.place, claimed)
            else:
                self._claims.lapse(request.place, claimed, self._clock())

    def _opened(self, sealed: bytes, request: NamedRequest) -> KeptAnswer:
        content = self._seal.open(sealed, request.secret)
        if not content:
            raise answer_not_kept()
        return KeptAnswer(**json.loads(content))
