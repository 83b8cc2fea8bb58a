"""Where a conversation stood at a moment, told from its messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.messages import Pair
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.inbox import Inbox
from peerlearn.persistence.table import Item, Table

PAIR = Pair("usr_a", "usr_b")
LONG = 5_000


class FakeTable:
    """Messages by `seq`, each a moment or more later than the one before."""

    def __init__(self, times: list[int]) -> None:
        self.items = {
            keys.message(PAIR.low, PAIR.high, seq): {"createdAt": f"{at:06d}"} for seq, at in enumerate(times, start=1)
        }
        self.rounds: list[int] = []

    def batch_get(self, wanted: Iterable[keys.Key]) -> dict[keys.Key, Any]:
        asked = list(wanted)
        self.rounds.append(len(asked))
        return {key: self.items[key] for key in asked if key in self.items}


def place(at: int) -> str:
    return index_keys.inbox_sort(f"{at:06d}", PAIR.conversation_id)


def places(table: FakeTable, began: str) -> dict[Pair, str | None]:
    head: Item = {"low": PAIR.low, "high": PAIR.high, "lastSeq": len(table.items)}
    return Inbox(cast("Table", table), PAIR.low)._places_at(began, [head])


@given(st.lists(st.integers(0, 500), min_size=1, max_size=200), st.integers(0, 500))
def test_place_is_that_of_the_last_message_up_to_then(times: list[int], moment: int) -> None:
    # the last one came later, or the conversation would not have moved
    times = [*sorted(times), 501]
    up_to_then = [at for at in times if place(at) <= place(moment)]
    expected = place(up_to_then[-1]) if up_to_then else None
    assert places(FakeTable(times), place(moment)) == {PAIR: expected}


def test_few_messages_since_are_one_round_and_thousands_a_few() -> None:
    for since, rounds in ((1, 1), (2, 1), (3, 2), (LONG - 1, 4)):
        table = FakeTable(list(range(LONG)))
        assert places(table, place(LONG - 1 - since)) == {PAIR: place(LONG - 1 - since)}
        assert len(table.rounds) <= rounds
        assert max(table.rounds) <= 32


def test_conversation_that_is_gone_has_no_place() -> None:
    table = FakeTable(list(range(9)))
    del table.items[keys.message(PAIR.low, PAIR.high, 7)]
    assert places(table, place(3)) == {}
