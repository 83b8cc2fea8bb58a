"""Waiting until the functions have nothing more to do."""

from __future__ import annotations

import pytest

from scripts.local_stack.logs import Invocation, LogFollower


class Busy(LogFollower):
    """Something has ended at each of the first looks."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def new_invocations(self) -> list[Invocation]:
        self._looks -= 1
        return [Invocation("notify", 0.0)] if self._looks >= 0 else []


@pytest.mark.parametrize(("looks", "seconds"), [(0, 1), (5, 2), (10**6, 10)])
def test_silence_is_waited_for_but_not_for_ever(monkeypatch: pytest.MonkeyPatch, looks: int, seconds: float) -> None:
    now = [0.0]

    def sleep(pause: float) -> None:
        now[0] += pause

    monkeypatch.setattr("scripts.local_stack.logs.time.sleep", sleep)
    monkeypatch.setattr("scripts.local_stack.logs.time.monotonic", lambda: now[0])
    Busy(looks).wait_for_silence(1, at_most=10)
    assert now[0] == pytest.approx(seconds, abs=0.21)
