"""`make logs` of one request: what has been is found, and the command ends by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from scripts.local_stack import __main__ as commands
from scripts.local_stack.logs import Invocation


def invocation(request_id: str, function: str, message: str) -> Invocation:
    line: dict[str, Any] = {"level": "DEBUG", "message": message, "correlation_id": request_id, "function": function}
    return Invocation("x", 0.0, function, "", 3.0, [line])


class Follower:
    """The logs of a stack, looked at once a second: each look finds what is in its turn."""

    looks: Iterator[list[Invocation]]

    def __init__(self, endpoint: str, *, from_the_beginning: bool = False) -> None:
        assert (endpoint, from_the_beginning) == ("http://127.0.0.1:9", True)

    def new_invocations(self) -> list[Invocation]:
        return next(self.looks, [])


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[float]:
    """The time, which passes only where somebody waits; a stack is running."""
    now = [0.0]

    def sleep(pause: float) -> None:
        now[0] += pause

    monkeypatch.setattr("time.sleep", sleep)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr(commands, "LogFollower", Follower)
    monkeypatch.setattr(commands, "_FILE", tmp_path / "stack.json")
    (tmp_path / "stack.json").write_text(json.dumps({"endpoint": "http://127.0.0.1:9"}), encoding="utf-8")
    return now


def test_a_request_that_has_been_is_printed_with_what_came_of_it_and_the_command_ends(
    seconds: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    before = [invocation("r-1", "enroll", "said before"), invocation("r-2", "login", "of another")]
    Follower.looks = iter([before, [], [invocation("r-1", "notify", "told")]])
    assert commands.main(["logs", "--request", "r-1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "said before" in lines[0]
    assert "told" in lines[1]
    assert seconds[0] < 10


def test_a_request_that_nobody_knows_is_said_to_be_none(
    seconds: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    Follower.looks = iter([[invocation("r-2", "login", "of another")]])
    assert commands.main(["logs", "--request", "r-1"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Nothing was logged about r-1: look for the `requestId` of an error")
    assert seconds[0] < 10


@pytest.mark.usefixtures("seconds")
def test_a_stack_that_was_killed_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def silent(_: Follower) -> list[Invocation]:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")

    monkeypatch.setattr(Follower, "new_invocations", silent)
    assert commands.main(["logs", "--request", "r-1"]) == 1
    assert capsys.readouterr().err.startswith("There is no answer: Could not connect")
