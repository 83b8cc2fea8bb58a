"""Calls that are made at once."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Barrier, Event

import pytest

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.persistence.side_by_side import SideBySide

AT_ONCE = 16


def test_sixteen_calls_are_made_at_once() -> None:
    # opens when all have come to it; a call that waited for another would break it
    together = Barrier(AT_ONCE)
    with SideBySide() as calls:
        begun = [calls.begin(lambda: together.wait(10)) for _ in range(AT_ONCE)]
    assert sorted(one.result() for one in begun) == list(range(AT_ONCE))


def test_after_a_failure_no_other_call_begins() -> None:
    blocked, begun = Event(), []

    def fail() -> None:
        blocked.wait(10)
        raise KeyError

    with SideBySide() as calls:
        failing = [calls.begin(fail) for _ in range(AT_ONCE)]
        late: list[Future[None]] = [calls.begin(lambda: begun.append(1)) for _ in range(3)]
        blocked.set()
    for one in failing:
        with pytest.raises((KeyError, TemporarilyUnavailable)):
            one.result()
    for another in late:
        with pytest.raises(TemporarilyUnavailable):
            another.result()
    assert begun == []
