"""Waiting until the functions have nothing more to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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


class Logs:
    """CloudWatch Logs with one line, written some time ago."""

    def get_paginator(self, operation: str) -> Logs:
        self._operation = operation
        return self

    def paginate(self, startTime: int = 0, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803 (botocore's name)
        if self._operation == "describe_log_groups":
            yield {"logGroups": [{"logGroupName": "/peerlearn/x/auth", "storedBytes": 10}]}
            return
        line = {"logStreamName": "s", "timestamp": 1000, "message": "said before"}
        yield {"events": [line] if startTime <= 1000 else []}


@pytest.mark.parametrize(("from_the_beginning", "lines"), [(False, []), (True, ["said before"])])
def test_earlier_lines_are_read_where_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, *, from_the_beginning: bool, lines: list[str]
) -> None:
    monkeypatch.setattr("scripts.local_stack.logs.Clients.logs", lambda _: Logs())
    follower = LogFollower("http://127.0.0.1:9", from_the_beginning=from_the_beginning)
    assert [line for one in follower.new_invocations() for line in one.lines] == lines
    assert follower.new_invocations() == []


class Writing:
    """CloudWatch Logs in which one invocation's lines are being written; each look finds the lines of its turn."""

    def __init__(self, looks: list[list[str]], now: float) -> None:
        self._looks = iter(looks)
        self._now = int(now * 1000)

    def get_paginator(self, operation: str) -> Writing:
        self._operation = operation
        return self

    def paginate(self, startTime: int = 0, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803 (botocore's name)
        if self._operation == "describe_log_groups":
            yield {"logGroups": [{"logGroupName": "/peerlearn/x/auth", "storedBytes": 10}]}
            return
        lines = [{"logStreamName": "s", "timestamp": self._now, "message": message} for message in next(self._looks)]
        yield {"events": lines if startTime <= self._now else []}


REPORT = "REPORT RequestId: r-1\tDuration: 3.00 ms"


@pytest.mark.parametrize(
    ("looks", "seconds", "lines"),
    [
        ([["began"], ["began", "answered", REPORT]], 0.0, [[], ["began", "answered"]]),
        ([["began"], ["began"], ["began", "answered", REPORT]], 0.0, [[], [], ["began", "answered"]]),
        # a function that was ended leaves no report
        ([["began"]], 60.0, [["began"]]),
    ],
)
def test_an_invocation_is_told_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, looks: list[list[str]], seconds: float, lines: list[list[str]]
) -> None:
    monkeypatch.setattr("scripts.local_stack.logs.time.time", lambda: 1000.0 + seconds)
    monkeypatch.setattr("scripts.local_stack.logs.Clients.logs", lambda _: Writing(looks, 1000.0))
    follower = LogFollower("http://127.0.0.1:9", from_the_beginning=True)
    assert [[line for one in follower.new_invocations() for line in one.lines] for _ in looks] == lines
