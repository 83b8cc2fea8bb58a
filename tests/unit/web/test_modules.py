"""The console's modules that need no page: their tests are JavaScript and run on Node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node.js is needed for the console's unit tests: put `node` on the PATH")
@pytest.mark.parametrize("file", sorted(Path(__file__).parent.glob("*.test.mjs")), ids=lambda file: file.name)
def test_module(file: Path) -> None:
    assert NODE is not None
    done = subprocess.run(  # noqa: S603
        [NODE, "--test", str(file)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
