"""Runs the shell blocks of pages, in one shell and in order, and holds what they print against what is shown.

A command is expected to succeed, or to end as a remark behind it says: `# exit code 1`.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.local_stack.processes import end_session
from tests.support.pages import Block

# Of lines shown for a difference, and of characters for each of them: all fits on a screen.
_LINES, _WIDTH = 8, 150
_ANY = "…"
_NOTHING = "(nothing more)"
# Of a line's part that is as shown, so much is repeated before a difference.
_CONTEXT = 30

# Each block is a file of its page's name in which it stands at its own line, so that bash names page and line as well.
_SHELL = r"""
set -u -o pipefail
exec < /dev/null
_walk_failed() {
    if sed -n "$2p" "$_walk_file" | grep -q "# exit code $1\$"; then
        printf '%s\n' "$2" >> "$_walk_folder/expected"
    else
        printf '%s %s\n' "$2" "$1" > "$_walk_folder/failed"
        exit 1
    fi
}
trap '_walk_failed $? $LINENO' ERR
"""
_STEP = r"""
_walk_folder={folder} _walk_file={folder}/{name}
exec > "$_walk_folder/output" 2>&1
. "$_walk_file"
: > "$_walk_folder/done"
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where something else happens than a page says, for people."""

    place: str
    command: str
    reason: str
    details: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.reason}", f"  $ {self.command}", *(f"  {line}" for line in self.details)]
        return "\n".join(line[:_WIDTH] for line in lines)


class Walk:
    """A run of blocks.

    Parameters
    ----------
    folder: Path
        Where the run keeps what it needs and what was printed.
    """

    def __init__(self, folder: Path, blocks: Sequence[Block]) -> None:
        self._folder = folder
        self.blocks = blocks

    def run(self, project: Path, environment: Mapping[str, str], seconds: float) -> list[Difference]:
        """Run the blocks in the folder of a project.

        Returns
        -------
        list
            Every difference in output up to the first command that fails, which is the last of them.
        """
        script = [_SHELL]
        for number, block in enumerate(self.blocks):
            folder, name = self._folder / str(number), Path(block.page).name
            folder.mkdir(parents=True)
            # the last line is so that an end which was expected is not that of the whole file
            (folder / name).write_text("\n" * (block.line - 1) + block.commands + "\n:\n", encoding="utf-8")
            script.append(_STEP.format(folder=folder, name=name))
        # a session of its own, so that nothing of it is left behind
        with subprocess.Popen(  # noqa: S603 (the project's own commands)
            ["bash", "-c", "\n".join(script)],  # noqa: S607
            cwd=project,
            env=dict(environment),
            start_new_session=True,
        ) as shell:
            try:
                shell.wait(seconds)
                in_time = True
            except subprocess.TimeoutExpired:
                in_time = False
            finally:
                end_session(shell.pid, grace=5)
        return list(self._differences(in_time=in_time))

    def output_of(self, block: Block) -> str:
        """Return what a block has printed, whichever way."""
        file = self._folder / str(self.blocks.index(block)) / "output"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def _differences(self, *, in_time: bool) -> Iterator[Difference]:
        for number, block in enumerate(self.blocks):
            folder, output = self._folder / str(number), self.output_of(block)
            if not (folder / "done").exists():
                yield _failure(block, folder / "failed", output, in_time=in_time)
                return
            if (succeeded := _succeeded_unexpectedly(block, folder / "expected")) is not None:
                yield succeeded
            elif block.shown is not None and not is_shown(output, block.shown):
                yield _otherwise(block, output)


def is_shown(output: str, shown: str) -> bool:
    """Return whether an output is what is shown."""
    return bool(re.fullmatch(_pattern(shown.splitlines()), _tidy(output)))


def _tidy(output: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in output.rstrip().splitlines())


def _pattern(shown: Sequence[str]) -> str:
    parts = []
    for line in shown:
        if line.strip() == _ANY:
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(part) for part in line.rstrip().split(_ANY)) + r"\n")
    return "".join(parts)


def _succeeded_unexpectedly(block: Block, expected: Path) -> Difference | None:
    failed = expected.read_text(encoding="utf-8").split() if expected.exists() else []
    for line, command in enumerate(block.commands.splitlines(), block.line):
        if re.search(r"# exit code \d+$", command) and str(line) not in failed:
            return Difference(f"{block.page}:{line}", command, "the command ended with exit code 0", ())
    return None


def _failure(block: Block, failed: Path, output: str, *, in_time: bool) -> Difference:
    last = tuple(output.rstrip().splitlines()[-_LINES:])
    commands = block.commands.splitlines()
    if not in_time:
        return Difference(block.place, commands[0], "the block did not end in time", last)
    if not failed.exists():
        # the shell itself gave up, and has said in which line
        return Difference(block.place, commands[0], "the shell could not go on", last)
    line, status = map(int, failed.read_text(encoding="utf-8").split())
    command = commands[line - block.line]
    return Difference(f"{block.page}:{line}", command, f"the command ended with exit code {status}", last)


def _otherwise(block: Block, output: str) -> Difference:
    """Show where output and page part, without what they have in common."""
    shown, text = str(block.shown).splitlines(), _tidy(output)
    common, rest = 0, text
    for number in range(1, len(shown) + 1):
        found = re.match(_pattern(shown[:number]), text)
        if found is None:
            break
        common, rest = number, text[found.end() :]
    half = _LINES // 2
    missing = shown[common : common + half] or [_NOTHING]
    found_instead = rest.splitlines()[:half] or [_NOTHING]
    missing[0], found_instead[0] = _without_common(missing[0], found_instead[0])
    details = (
        *([f"  (after {common} lines as shown)"] if common else []),
        *(f"- {line}" for line in missing),
        *(f"+ {line}" for line in found_instead),
    )
    reason = "it prints something else (+) than what stands under it (-)"
    return Difference(block.place, block.commands.splitlines()[-1], reason, details)


def _without_common(shown: str, line: str) -> tuple[str, str]:
    """Cut a long beginning that two lines have in common."""
    for end in range(len(shown), _CONTEXT, -1):
        found = re.match(".*?".join(map(re.escape, shown[:end].split(_ANY))), line)
        if found and found.end() > _CONTEXT:
            return f"[as shown] {shown[end - _CONTEXT :]}", f"[as shown] {line[found.end() - _CONTEXT :]}"
    return shown, line
