"""The functional tests that read an index, once more with indexes that miss the last writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.lag_readers import READERS

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_answers_are_right_while_indexes_lag() -> None:
    """Anything new that fails is named in the output; what must, stands in `lag_readers.py` with its reason."""
    files = sorted({name.partition("::")[0] for name in READERS})
    options = ["-p", "tests.support.lag", "-n", "0", "-q", "-rf", "--tb", "short", "--show-capture", "no"]
    command = [sys.executable, "-m", "pytest", *options, *files]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
