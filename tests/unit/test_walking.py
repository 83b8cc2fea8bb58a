"""Shell blocks of a page: what is read of them, how they are run, and how a difference is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.pages import blocks_of, commands_in
from tests.support.walking import Walk, is_shown

PAGE = """# A page

Make a note with `make
note`, then:

```sh
NOTE=first
echo "$NOTE"
```

    first

```python
# ```sh
print("no shell")
```

```sh
echo "$NOTE and second"
false  # exit code 1
```

    $NOTE stays,
    is shown

And more.

    not shown by any block
"""


def walk(tmp_path: Path, text: str, seconds: float = 20) -> list[str]:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    found = Walk(tmp_path / "walk", blocks_of(page)).run(tmp_path, os.environ, seconds)
    return [str(difference) for difference in found]


def sh(*commands: str, shown: str = "") -> str:
    return "\n".join(["```sh", *commands, "```", "", *(f"    {line}" for line in shown.splitlines()), ""])


def test_blocks_are_read_with_their_line_and_what_stands_under_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    first, second = blocks_of(page)
    assert (first.place, first.commands, first.shown) == ("page.md:7", 'NOTE=first\necho "$NOTE"', "first")
    assert (second.line, second.shown) == (19, "$NOTE stays,\nis shown")
    assert commands_in(page)[-1] == "make note"


def test_output_other_than_shown_is_told_with_its_place_and_command(tmp_path: Path) -> None:
    (told,) = walk(tmp_path, PAGE)
    assert told.splitlines() == [
        "page.md:19: it prints something else (+) than what stands under it (-)",
        "  $ false  # exit code 1",
        "  - $NOTE stays,",
        "  - is shown",
        "  + first and second",
    ]


def test_difference_begins_behind_what_is_as_shown(tmp_path: Path) -> None:
    (told,) = walk(tmp_path, sh("seq 3", shown="1\ntwo"))
    assert told.splitlines()[2:] == ["    (after 1 lines as shown)", "  - two", "  + 2", "  + 3"]


def test_difference_in_a_long_line_begins_shortly_before_it(tmp_path: Path) -> None:
    (told,) = walk(tmp_path, sh("echo " + "a" * 300 + "-id-bc", shown="a" * 300 + "…bd"))
    assert told.splitlines()[2:] == [f"  - [as shown] {'a' * 28}…bd", f"  + [as shown] {'a' * 25}-id-bc"]


def test_failed_command_is_told_and_nothing_is_run_after_it(tmp_path: Path) -> None:
    (told,) = walk(tmp_path, "\n" + sh("touch before", "ls nowhere", "touch after") + sh("touch later"))
    lines = told.splitlines()
    assert lines[:2] == ["page.md:4: the command ended with exit code 2", "  $ ls nowhere"]
    assert "nowhere" in lines[2]
    assert {path.name for path in tmp_path.iterdir()} == {"before", "page.md", "walk"}


@pytest.mark.parametrize("command", ["true | false | true", "X=$(false)"])
def test_failure_inside_a_command_is_seen(command: str, tmp_path: Path) -> None:
    (told,) = walk(tmp_path, sh(command))
    assert told.startswith("page.md:2: the command ended with exit code 1\n")


def test_command_that_ends_otherwise_than_remarked_is_told(tmp_path: Path) -> None:
    (told,) = walk(tmp_path, sh("(exit 3)  # exit code 1"))
    assert told.startswith("page.md:2: the command ended with exit code 3\n")


def test_command_that_succeeds_against_its_remark_is_told(tmp_path: Path) -> None:
    (told,) = walk(tmp_path, sh("true  # exit code 1"))
    assert told.startswith("page.md:2: the command ended with exit code 0\n")


def test_unknown_variable_is_told_with_its_line(tmp_path: Path) -> None:
    (told,) = walk(tmp_path, sh("true", 'echo "$NOBODY"'))
    assert "page.md: line 3: NOBODY: unbound variable" in told


def test_block_that_waits_for_ever_is_ended(tmp_path: Path) -> None:
    (told,) = walk(tmp_path, sh("echo begun", "sleep 60"), seconds=0.5)
    assert told.splitlines() == ["page.md:2: the block did not end in time", "  $ echo begun", "  begun"]


def test_question_finds_nobody_to_answer(tmp_path: Path) -> None:
    assert walk(tmp_path, sh("read -r answer  # exit code 1")) == []


def test_difference_fits_on_a_screen(tmp_path: Path) -> None:
    (told,) = walk(tmp_path, sh("seq 500 | tr '\\n' ' '; seq 500", shown="\n".join(map(str, range(500)))))
    assert len(told.splitlines()) <= 20
    assert max(map(len, told.splitlines())) <= 150


@pytest.mark.parametrize(
    ("output", "shown", "expected"),
    [
        ("one\n", "one", True),
        ("one  \n\n", "one", True),
        ("one\ntwo\n", "one", False),
        ("one\ntwo\n", "one\n…", True),
        ("one\n", "one\n…", True),
        ("id_4f and more", "id_… and …", True),
        ("id_4f\nand more", "id_… and …", False),
        ("a\nb\nc\n", "…\nc", True),
        ("a.b", "a?b", False),
        ("", "", True),
    ],
)
def test_ellipsis_stands_for_text_of_a_line_or_for_lines(output: str, shown: str, *, expected: bool) -> None:
    assert is_shown(output, shown) == expected
