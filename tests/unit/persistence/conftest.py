"""A table over scripted answers of DynamoDB, and a clock that no test waits for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from peerlearn.domain.retrying import Backoff
from peerlearn.persistence.keys import Key
from peerlearn.persistence.table import Table

KEY = Key("A", "B")


class Script:
    """A client whose calls answer one after the other what they were told to; the last answer stays."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def call(**request: Any) -> dict[str, Any]:
            self.requests.append({"operation": operation, **request})
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class Time:
    """Sleeping passes time at once."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def table_of(clock: Time) -> Callable[..., tuple[Table, Script]]:
    def make(*answers: dict[str, Any] | Exception) -> tuple[Table, Script]:
        script = Script(*answers)
        backoff = lambda: Backoff(sleep=clock.sleep, monotonic=clock.monotonic)  # noqa: E731
        return Table(script, "t", backoff), script  # type: ignore[arg-type]

    return make


TableOf = Callable[..., tuple[Table, Script]]


def raw(number: int) -> dict[str, Any]:
    return {"PK": {"S": "P"}, "SK": {"S": str(number)}}


def found(*numbers: int, unprocessed: Sequence[int] = ()) -> dict[str, Any]:
    left = [raw(number) for number in unprocessed]
    return {
        "Responses": {"t": [raw(number) for number in numbers]},
        "UnprocessedKeys": {"t": {"Keys": left}} if left else {},
    }
