"""No try and no pause begins that might not end in time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from peerlearn.adapters.keyring import SecretVersions
from peerlearn.bootstrap.core import aws_client
from peerlearn.domain import deadline
from peerlearn.domain.correlation import correlation_id, set_correlation_id
from peerlearn.domain.deadline import carried, remaining, within
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.retrying import Backoff
from peerlearn.persistence.keys import Key
from peerlearn.persistence.table import Table
from tests.support.network import Stopwatch
from tests.support.wire import BROKEN, Wire, respond

KEY = Key("A", "B")
# 1 to connect, 2 to answer
TRY = 3.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    """Pauses have their longest length."""
    watch = Stopwatch()
    monkeypatch.setattr(deadline, "_monotonic", watch.now)
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=watch.wait))
    monkeypatch.setattr(
        "botocore.retries.standard.ExponentialBackoff.delay_amount",
        lambda _, context: float(2 ** (context.attempt_number - 1)),
    )
    return watch


class Network:
    """Swallows tries, each for as long as it can, and then answers."""

    def __init__(self, clock: Stopwatch, lost: float = math.inf) -> None:
        self._clock = clock
        self.lost = lost
        self.tries = 0

    def client(self, service: str = "dynamodb") -> Any:
        client = aws_client(service)
        Wire(client, self._answer)
        return client

    def _answer(self, request: Any) -> Any:
        self.tries += 1
        if self.tries > self.lost:
            return respond(request.url, 200, b"{}")
        self._clock.wait(TRY)
        raise ReadTimeoutError(endpoint_url=request.url)


# pauses of 1 and 2 seconds between three tries
ALL_TRIES = 3 * TRY + 3


@pytest.mark.parametrize(
    ("seconds", "tries"),
    [
        (0, 0),
        (TRY - 0.01, 0),
        (TRY, 1),
        (2 * TRY + 0.99, 1),
        (2 * TRY + 1, 2),
        (ALL_TRIES - 0.01, 2),
        (ALL_TRIES, 3),
        (math.inf, 3),
    ],
)
def test_tries_that_cannot_end_in_time_are_not_begun(clock: Stopwatch, seconds: float, tries: int) -> None:
    network = Network(clock)
    with within(seconds), pytest.raises(TemporarilyUnavailable):
        Table(network.client(), "t").get(KEY)
    assert network.tries == tries
    assert clock.now() <= seconds


def test_without_a_deadline_all_tries_are_made(clock: Stopwatch) -> None:
    network = Network(clock)
    with pytest.raises(TemporarilyUnavailable):
        Table(network.client(), "t").get(KEY)
    assert (network.tries, remaining()) == (3, math.inf)


def test_a_second_call_has_what_the_first_has_left(clock: Stopwatch) -> None:
    network = Network(clock, lost=2)
    table = Table(network.client(), "t")
    with within(14):
        assert table.get(KEY) is None
        assert clock.now() == 2 * TRY + 3
        network.lost = math.inf
        with pytest.raises(TemporarilyUnavailable):
            table.get(KEY)
    assert (network.tries, clock.now()) == (4, ALL_TRIES)


def test_other_services_keep_it_too(clock: Stopwatch) -> None:
    network = Network(clock)
    with within(5), pytest.raises(TemporarilyUnavailable):
        SecretVersions(lambda: network.client("secretsmanager"), "secret").current()
    assert network.tries == 1


def test_inner_call_ends_before_the_outer_one(clock: Stopwatch) -> None:
    with within(10):
        clock.wait(4)
        assert remaining() == 6
        with within(2):
            assert remaining() == 2
        assert remaining() == 6
    assert remaining() == math.inf


def test_contention_is_not_waited_for_past_it(clock: Stopwatch) -> None:
    tries = Backoff(attempts=100, sleep=clock.wait, monotonic=clock.now, jitter=lambda _, longest: longest)
    with within(1.0):
        assert 2 < len(list(tries.waits())) < 10
    assert clock.now() <= 1.0


def test_a_refusal_that_is_repeated_ends_in_time(clock: Stopwatch) -> None:
    client = aws_client("dynamodb")

    def refuse(request: Any) -> Any:
        clock.wait(TRY)
        return BROKEN.answer(request.url)

    Wire(client, refuse)
    with within(7.5), pytest.raises(TemporarilyUnavailable):
        Table(client, "t").get(KEY)
    assert clock.now() == 2 * TRY + 1


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ExitStack() as stack:
        yield stack.enter_context(ThreadPoolExecutor(2))


@pytest.mark.usefixtures("clock")
def test_other_threads_have_it_where_it_is_carried(pool: ThreadPoolExecutor) -> None:
    def seen(*, label: str) -> tuple[float, str, str]:
        return remaining(), correlation_id(), label

    with within(5):
        set_correlation_id("r-1")
        futures = [pool.submit(carried(seen), label=label) for label in ("a", "b")]
        assert [future.result() for future in futures] == [(5, "r-1", "a"), (5, "r-1", "b")]
        assert pool.submit(remaining).result() == math.inf
    set_correlation_id("")
