"""`docs/adding-an-endpoint.md`, followed to the letter in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from scripts.project.paths import ROOT

GUIDE = (ROOT / "docs" / "adding-an-endpoint.md").read_text(encoding="utf-8")
# "New file `a`:", "At the end of `a`:" or "In `a`, before the line `b`:", and the block that follows
STEP = re.compile(
    r"(?:(?P<new>New file)|(?P<end>At the end of)|In)\s+`(?P<path>[^`]+)`"
    r"(?:,\s+before\s+the\s+line\s+`(?P<line>[^`]+)`)?:\n\n"
    r"```(?:python|yaml)\n(?P<text>.*?)```\n"
    r"|```sh\n(?P<commands>.*?)```\n",
    re.DOTALL,
)


def copy_of_the_project(folder: Path) -> None:
    # what is committed and what is about to be
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 (as it stands here)
    for name in listed.stdout.splitlines():
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    for shared in (".venv", ".venv-ministack", ".cache"):
        if (ROOT / shared).exists():
            (folder / shared).symlink_to(ROOT / shared)
    # those are the project's own, and not a copy's to bring up to date
    (folder / "scripts" / "environment.sh").write_text("#!/bin/sh\n", encoding="utf-8")


def change(folder: Path, step: re.Match[str]) -> None:
    path = folder / step["path"]
    if step["new"]:
        assert not path.exists(), path
        path.write_text(step["text"], encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    if step["end"]:
        path.write_text(text + step["text"], encoding="utf-8")
        return
    line = f"{step['line']}\n"
    assert text.count(f"\n{line}") == 1, (step["path"], line)
    path.write_text(text.replace(f"\n{line}", f"\n{step['text']}{line}"), encoding="utf-8")


def test_endpoints_are_added_as_the_guide_says(tmp_path: Path) -> None:
    copy_of_the_project(tmp_path)
    # of this run's own test processes nothing is to be seen
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    followed, said = 0, ""
    for step in STEP.finditer(GUIDE):
        followed += 1
        if step["commands"]:
            done = subprocess.run(  # noqa: S603 (the page's own commands)
                ["bash", "-euc", step["commands"]],  # noqa: S607
                cwd=tmp_path,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
            said = done.stdout + done.stderr
            assert done.returncode == 0, said[-6000:]
        else:
            change(tmp_path, step)
    assert followed == GUIDE.count("\n```") // 2, "a block that stands under no step"
    assert " passed" in said
