"""Shell commands of README, CONTRIBUTING and `docs/`: blocks, the output shown under them, and code in sentences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.project.paths import ROOT

NOT_RUN = ROOT / "tests" / "end_to_end" / "not_run.toml"


@dataclass(frozen=True, slots=True)
class Block:
    """A shell block of a page.

    Attributes
    ----------
    line: int
        Of its first command, counted from 1.
    shown: str | None
        The output under it; `…` stands for any text of a line, and alone for any lines.
    """

    page: str
    line: int
    commands: str
    shown: str | None

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Return every page, in the order in which the README names them."""
    first = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    named = [ROOT / path for path in re.findall(r"^- .*?\((docs/[\w-]+\.md)\)", _text(first[0]), re.MULTILINE)]
    also = re.findall(r"\((docs/[\w-]+\.md)\)", _text(first[0]))
    named += [ROOT / path for path in also]
    return list(dict.fromkeys([*first, *named, *sorted((ROOT / "docs").glob("*.md"))]))


def blocks_of(page: Path) -> list[Block]:
    """Return the shell blocks of a page in their order."""
    name = page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name
    return list(_blocks(name, _text(page).splitlines()))


@dataclass(frozen=True, slots=True)
class NotRun:
    """A block that is not run, by its first line; all of the page where `begins` is empty."""

    page: str
    reason: str
    begins: str = ""


@cache
def not_run() -> list[NotRun]:
    """Return the blocks that are not run."""
    return [NotRun(**entry) for entry in tomllib.loads(NOT_RUN.read_text(encoding="utf-8"))["block"]]


def reason_not_to_run(block: Block) -> NotRun | None:
    """Return the entry that leaves a block out, or None where it is run."""
    first = block.commands.partition("\n")[0]
    return next((one for one in not_run() if one.page == block.page and one.begins in ("", first)), None)


def commands_in(page: Path) -> list[str]:
    """Return each line of the page's shell blocks, and each piece of code in its sentences and tables."""
    lines = [line for block in blocks_of(page) for line in block.commands.splitlines()]
    prose = re.sub(r"^```.*?^```$", "", _text(page), flags=re.DOTALL | re.MULTILINE)
    return [*lines, *(" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose))]


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _blocks(page: str, lines: list[str]) -> Iterator[Block]:
    number = 0
    while number < len(lines):
        if lines[number] != "```sh":
            # the inside of another kind of block is no place to look
            number = _end_of_fence(lines, number) if lines[number].startswith("```") else number + 1
            continue
        end = _end_of_fence(lines, number)
        commands = "\n".join(lines[number + 1 : end - 1])
        yield Block(page, number + 2, commands, _shown_at(lines, end))
        number = end


def _end_of_fence(lines: list[str], start: int) -> int:
    """Return the index behind the line that closes a block."""
    return next((at + 1 for at in range(start + 1, len(lines)) if lines[at] == "```"), len(lines))


def _shown_at(lines: list[str], start: int) -> str | None:
    """Return the indented block that comes next, if nothing else does."""
    shown: list[str] = []
    for line in lines[start:]:
        if line and not line.startswith("    "):
            break
        shown.append(line[4:])
    text = "\n".join(shown).strip("\n")
    return text or None
