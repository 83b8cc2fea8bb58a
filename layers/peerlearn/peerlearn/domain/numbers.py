"""Sets of courses, as small as they can be: each course has a number, and a set of courses is a set of bits.

Numbers count up from 1 as courses are made. They are kept in blocks of 256, in each of which a course is one byte:

    number       1  2  3 ... 16  17 ...        sixteen that follow each other are in sixteen blocks
    block        1  2  3 ...  0   1 ...        so that courses that are published together rarely meet in one
    offset       0  0  0 ...  1   1 ...
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

_SPREAD = 16
_BLOCK = 256


def place_of(number: int) -> tuple[int, int]:
    """Return the block of a number and its offset there."""
    group, rest = divmod(number, _SPREAD * _BLOCK)
    return group * _SPREAD + rest % _SPREAD, rest // _SPREAD


def _number_at(block: int, offset: int) -> int:
    group, lane = divmod(block, _SPREAD)
    return group * _SPREAD * _BLOCK + offset * _SPREAD + lane


class Numbers:
    """A set of numbers that does not change.

    Parameters
    ----------
    blocks: mapping of int to int
        For each block the offsets of its numbers, as bits.
    """

    __slots__ = ("_blocks",)

    def __init__(self, blocks: Mapping[int, int]) -> None:
        self._blocks = {block: bits for block, bits in blocks.items() if bits}

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Numbers:
        """Return the set of these numbers."""
        blocks: dict[int, int] = defaultdict(int)
        for number in numbers:
            block, offset = place_of(number)
            blocks[block] |= 1 << offset
        return cls(blocks)

    def __and__(self, other: Numbers) -> Numbers:
        """Return the numbers that are in both."""
        return Numbers({block: bits & other._blocks.get(block, 0) for block, bits in self._blocks.items()})

    def __sub__(self, other: Numbers) -> Numbers:
        """Return the numbers that are not in the other set."""
        return Numbers({block: bits & ~other._blocks.get(block, 0) for block, bits in self._blocks.items()})

    def __contains__(self, number: int) -> bool:
        block, offset = place_of(number)
        return bool(self._blocks.get(block, 0) >> offset & 1)

    def __len__(self) -> int:
        return sum(bits.bit_count() for bits in self._blocks.values())

    def __iter__(self) -> Iterator[int]:
        for block, bits in self._blocks.items():
            left = bits
            while left:
                offset = left.bit_length() - 1
                yield _number_at(block, offset)
                left ^= 1 << offset

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and self._blocks == other._blocks

    def __hash__(self) -> int:
        return hash(frozenset(self._blocks.items()))
