"""Numbers with their words, as commands say them."""

from __future__ import annotations

import pytest

from scripts.cli.words import counted


@pytest.mark.parametrize(
    ("number", "words", "expected"),
    [
        (0, ("course",), "0 courses"),
        (1, ("course",), "1 course"),
        (2, ("course",), "2 courses"),
        (1, ("was", "were"), "1 was"),
        (0, ("was", "were"), "0 were"),
    ],
)
def test_word_agrees_with_its_number(number: int, words: tuple[str, ...], expected: str) -> None:
    assert counted(number, *words) == expected
