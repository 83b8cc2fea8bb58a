"""Trying again: how long to keep on, and what says that another try is needed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from peerlearn.domain.deadline import remaining
from peerlearn.domain.standing import Admission


@dataclass(slots=True)
class Backoff:
    """How long to keep trying: full jitter, bounded in tries, in time and by the deadline."""

    attempts: int = 10
    base: float = 0.02
    cap: float = 0.5
    budget: float = 4.0
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    jitter: Callable[[float, float], float] = field(default=random.uniform)

    def waits(self) -> Iterator[None]:
        """Yield once per try, sleeping in between; end when tries or time run out."""
        deadline = self.monotonic() + self.budget
        for attempt in range(self.attempts):
            if attempt:
                pause = self.jitter(0, min(self.cap, self.base * 2**attempt))
                if self.monotonic() + pause > deadline or pause > remaining():
                    return
                self.sleep(pause)
            yield


class Collision(Exception):
    """Nothing was written: something stood otherwise than a change assumed.

    Attributes
    ----------
    situation: optional
        The situation that the store found instead, of the kind that was decided on; None where only a fresh
        reading can tell.
    admission: Admission, optional
        The condition on the caller's standing for the next try.
    """

    def __init__(self, situation: Any = None, admission: Admission | None = None) -> None:
        self.situation = situation
        self.admission = admission
        super().__init__("the situation is another one")
