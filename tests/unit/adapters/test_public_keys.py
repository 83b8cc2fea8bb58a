"""Public keys where they are verified with: how often the table is asked, and what holds while it does not answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from peerlearn.adapters.public_keys import PublishedKeyRing
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.signing import PublishedKey, PublishedKeys


class Board:
    """The published keys, and a clock."""

    def __init__(self) -> None:
        self.passed = 1000.0
        self.kids: tuple[str, ...] | None = ("v1",)
        self.asked = 0
        self.fails = False

    def monotonic(self) -> float:
        return self.passed

    def read(self) -> PublishedKeys | None:
        self.asked += 1
        if self.fails:
            raise TemporarilyUnavailable
        if self.kids is None:
            return None
        since = datetime(2026, 1, 1, tzinfo=UTC)
        return PublishedKeys(1, {kid: PublishedKey(kid.encode(), since) for kid in self.kids})


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def ring(board: Board) -> PublishedKeyRing:
    return PublishedKeyRing(board.read, board.monotonic)


def test_asked_once_and_then_remembered(ring: PublishedKeyRing, board: Board) -> None:
    assert [ring.public_key("v1") for _ in range(50)] == [b"v1"] * 50
    assert board.asked == 1


def test_asked_again_after_five_minutes(ring: PublishedKeyRing, board: Board) -> None:
    ring.public_key("v1")
    board.passed += 299
    ring.public_key("v1")
    assert board.asked == 1
    board.passed += 1
    ring.public_key("v1")
    assert board.asked == 2


def test_retired_key_is_forgotten_within_five_minutes(ring: PublishedKeyRing, board: Board) -> None:
    assert ring.public_key("v1") == b"v1"
    board.kids = ("v2", "v3")
    board.passed += 301
    assert ring.public_key("v1") is None
    assert [ring.public_key(kid) for kid in board.kids] == [b"v2", b"v3"]


def test_key_that_was_just_published_is_believed_at_once(ring: PublishedKeyRing, board: Board) -> None:
    ring.public_key("v1")
    board.kids = ("v2", "v1")
    board.passed += 10
    assert ring.public_key("v2") == b"v2"


def test_forged_kids_cost_few_reads(ring: PublishedKeyRing, board: Board) -> None:
    ring.public_key("v1")
    for number in range(1000):
        assert ring.public_key(f"forged-{number}") is None
    assert board.asked == 1
    board.passed += 11
    for number in range(1000):
        assert ring.public_key(f"forged-{number}") is None
    assert board.asked == 2


def test_known_keys_verify_while_the_table_does_not_answer(ring: PublishedKeyRing, board: Board) -> None:
    ring.public_key("v1")
    board.fails = True
    board.passed += 400
    assert [ring.public_key("v1") for _ in range(100)] == [b"v1"] * 100
    assert board.asked == 2


def test_unknown_key_is_a_503_while_the_table_does_not_answer(ring: PublishedKeyRing, board: Board) -> None:
    board.fails = True
    for _ in range(20):
        with pytest.raises(TemporarilyUnavailable):
            ring.public_key("v1")
    assert board.asked == 1
    board.fails = False
    board.passed += 11
    assert ring.public_key("v1") == b"v1"


def test_nothing_published_is_a_503_and_not_a_401(ring: PublishedKeyRing, board: Board) -> None:
    board.kids = None
    with pytest.raises(TemporarilyUnavailable):
        ring.public_key("v1")
    board.kids = ("v1",)
    board.passed += 11
    assert ring.public_key("v1") == b"v1"


def test_lost_published_key_still_verifies(ring: PublishedKeyRing, board: Board) -> None:
    ring.public_key("v1")
    board.kids = None
    board.passed += 301
    assert ring.public_key("v1") == b"v1"
