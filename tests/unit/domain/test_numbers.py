"""Sets of numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.numbers import Numbers, place_of

numbers = st.integers(1, 200_000)
sets = st.sets(numbers, max_size=60)


@given(sets, sets)
def test_numbers_behave_as_sets_do(first: set[int], second: set[int]) -> None:
    assert set(Numbers.of(first)) == first
    assert len(Numbers.of(first)) == len(first)
    assert set(Numbers.of(first) & Numbers.of(second)) == first & second
    assert set(Numbers.of(first) - Numbers.of(second)) == first - second
    assert (Numbers.of(first) == Numbers.of(second)) == (first == second)
    assert {number for number in first | second if number in Numbers.of(first)} == first


@given(numbers)
def test_neighbours_are_in_different_blocks(number: int) -> None:
    assert len({place_of(other)[0] for other in range(number, number + 16)}) == 16


def test_blocks_are_full() -> None:
    places = {place_of(number) for number in range(16 * 256)}
    assert {block for block, _ in places} == set(range(16))
    assert {offset for _, offset in places} == set(range(256))
    assert len(places) == 16 * 256
