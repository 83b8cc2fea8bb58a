"""Texts that people type: those that are refused, and names that are nobody's."""

from __future__ import annotations

import pytest

from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.text import is_visible, text_problem
from peerlearn.domain.users import is_reserved_name


def rule_of(problem: Problem | None) -> Rule | None:
    return problem.rule if problem else None


NAMES = [
    "Ada",
    "\u0928\u0947\u0939\u093e",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u674e\u96f7",
    "Zoe\u0308",
    "\u05d3\u05d5\u05d3\u200f",
    "\U0001f469\u200d\U0001f680",
    "O\u2019Neil",
    "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
    "3",
    "!",
    "\u200bAda",
    "Jos\u00e9",
    "\u01c5",
    "a\u0301",
]


@pytest.mark.parametrize("name", NAMES)
def test_name_in_any_script_is_text_that_is_seen(name: str) -> None:
    assert text_problem(name, of_lines=False) is None
    assert is_visible(name)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u200b", "\u3164", "\u2800", "\u115f\u1160", "\uffa0", "\u0301", "\u200d", "\ufeff", "\U000e0001"],
)
def test_text_of_nothing_is_not_seen(text: str) -> None:
    assert not is_visible(text)


@pytest.mark.parametrize("character", ["\u0000", "\u0008", "\u001b", "\u007f", "\u009f", "\ud800"])
@pytest.mark.parametrize("of_lines", [False, True])
def test_control_character_is_refused_everywhere(character: str, *, of_lines: bool) -> None:
    assert rule_of(text_problem(f"a{character}b", of_lines=of_lines)) is Rule.CONTROL_CHARACTERS


@pytest.mark.parametrize("character", [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))])
def test_change_of_direction_is_refused_everywhere(character: str) -> None:
    assert rule_of(text_problem(f"a{character}b", of_lines=True)) is Rule.DIRECTION_CHARACTERS


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c"])
def test_mark_of_a_right_to_left_script_is_allowed(mark: str) -> None:
    assert text_problem(f"a{mark}b", of_lines=False) is None


@pytest.mark.parametrize("text", ["\n", "\r\n", "\t", "\u2028", "\u2029"])
def test_break_of_a_line_is_for_texts_of_lines(text: str) -> None:
    assert text_problem(f"a{text}b", of_lines=True) is None
    assert rule_of(text_problem(f"a{text}b", of_lines=False)) is Rule.LINE_BREAKS


@pytest.mark.parametrize(
    "name",
    [
        "Former learner",
        "former  LEARNER",
        "\uff26\uff4f\uff52\uff4d\uff45\uff52 learner",
        "F\u00f3rmer-learner",
        "Former tutor",
        "Former\u200blearner",
    ],
)
def test_name_of_those_who_left_is_nobodys(name: str) -> None:
    assert is_reserved_name(name)


@pytest.mark.parametrize("name", ["Former", "Learner", "Former learners", "The former learner", ""])
def test_other_names_are_somebodys(name: str) -> None:
    assert not is_reserved_name(name)
