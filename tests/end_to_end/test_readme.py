"""The README's commands work as printed, in one shell, one block after the other."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.support.api import ROOT


def test_the_tour_works_as_printed(stack: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(json.dumps(stack), encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    # Each block ends its line of output with its number, so that an answer can be told from the next block's.
    script = "\n".join(f"{block}\necho; echo end of block {number}" for number, block in enumerate(blocks, start=1))
    done = subprocess.run(  # noqa: S603
        ["bash", "-eu", "-o", "pipefail", "-c", script],  # noqa: S607
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    outputs = re.split(r"end of block \d+\n", done.stdout)
    booked, progress, handed_in, graded = outputs[:4]
    assert '"status":"active"' in booked
    assert '"completedModules":1' in progress
    assert '"attempt":1' in handed_in
    assert '"reason"' in graded
    assert '"rank":1' in graded
    assert '"status":"error"' not in done.stdout, done.stdout
    assert list(tmp_path.glob("*")) == [tmp_path / ".local"]
