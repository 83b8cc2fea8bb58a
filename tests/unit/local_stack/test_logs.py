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
    """CloudWatch Logs with one group: each look finds the lines of its turn, as (stream, seconds, message)."""

    def __init__(self, *looks: list[tuple[str, float, str]]) -> None:
        self._looks = iter(looks)
        self._size = 0

    def get_paginator(self, operation: str) -> Logs:
        self._operation = operation
        return self

    def paginate(self, startTime: int = 0, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803 (botocore's name)
        if self._operation == "describe_log_groups":
            self._size += 1
            yield {"logGroups": [{"logGroupName": "/peerlearn/x/auth", "storedBytes": self._size}]}
            return
        yield {
            "events": [
                {"logStreamName": stream, "timestamp": int(at * 1000), "message": message}
                for stream, at, message in next(self._looks, [])
                if startTime <= int(at * 1000)
            ]
        }


REPORT = "REPORT RequestId: r-1\tDuration: 3.00 ms"


def follower_of(monkeypatch: pytest.MonkeyPatch, logs: Logs, **options: bool) -> LogFollower:
    monkeypatch.setattr("scripts.local_stack.logs.Clients.logs", lambda _: logs)
    return LogFollower("http://127.0.0.1:9", **options)


def lines_of(follower: LogFollower) -> list[Any]:
    return [line for one in follower.new_invocations() for line in one.lines]


@pytest.mark.parametrize(("from_the_beginning", "lines"), [(False, []), (True, ["said before"])])
def test_earlier_lines_are_read_where_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, *, from_the_beginning: bool, lines: list[str]
) -> None:
    before = [("s", 1.0, "said before")]
    follower = follower_of(monkeypatch, Logs(before, before), from_the_beginning=from_the_beginning)
    assert lines_of(follower) == lines
    assert follower.new_invocations() == []


@pytest.mark.parametrize(
    ("looks", "seconds", "told"),
    [
        ([["began"], ["began", "answered", REPORT]], 0.0, [[], ["began", "answered"]]),
        ([["began"], ["began"], ["began", "answered", REPORT]], 0.0, [[], [], ["began", "answered"]]),
        # a function that was ended leaves no report
        ([["began"]], 60.0, [["began"]]),
    ],
)
def test_an_invocation_is_told_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, looks: list[list[str]], seconds: float, told: list[list[str]]
) -> None:
    monkeypatch.setattr("scripts.local_stack.logs.time.time", lambda: 1000.0 + seconds)
    logs = Logs(*([("s", 1000.0, message) for message in messages] for messages in looks))
    follower = follower_of(monkeypatch, logs, from_the_beginning=True)
    assert [lines_of(follower) for _ in looks] == told


def test_an_invocation_is_told_once_whatever_the_readings_between(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("scripts.local_stack.logs.time.time", lambda: now[0])
    first, second = [("s", 1000.0, "one"), ("s", 1000.0, REPORT)], [("t", 1001.5, "two"), ("t", 1001.5, REPORT)]
    follower = follower_of(monkeypatch, Logs(first, [], first + second), from_the_beginning=True)
    told = []
    for _ in range(3):
        told.append(lines_of(follower))
        now[0] += 1
    assert told == [["one"], [], ["two"]]
