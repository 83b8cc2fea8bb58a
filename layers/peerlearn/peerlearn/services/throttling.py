"""Counting the uses of people who are not signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from peerlearn.domain.limits import Window
from peerlearn.domain.throttling import Allowance
from peerlearn.services.deciding import from_presumption

# A window may open or close between a look and a write.
_TRIES_MAX = 4


class Uses(Protocol):
    """See `peerlearn.persistence.throttling`."""

    def use(self, allowance: Allowance, window: Window, now: datetime, token: str) -> None: ...


def count_use(uses: Uses, allowance: Allowance, now: datetime, window: Window | None = None) -> None:
    """Count one use, exactly, however many come at once.

    Parameters
    ----------
    window: Window, optional
        As it was read; without it none is presumed to be open.

    Raises
    ------
    TooManyRequests
        The allowance is used up: this use is not counted, and the answer must not tell what was checked.
    TemporarilyUnavailable
        Windows opened and closed under every try.
    """

    def carry_out(present: Window, token: str) -> None:
        allowance.require_room(present, now)
        uses.use(allowance, present, now, token)
        allowance.note(present, now)

    from_presumption(window or allowance.unopened(now), carry_out, tries=_TRIES_MAX)
