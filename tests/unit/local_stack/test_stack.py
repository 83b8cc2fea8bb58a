"""Two programs in one folder: the second leaves the first alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local_stack.stack import LocalStack
from scripts.project.problem import Problem


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """The folder of a stack that somebody else runs."""
    (tmp_path / "stack.json").write_text("{}", encoding="utf-8")
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield tmp_path


def test_second_start_is_refused_and_leaves_the_description_of_the_first(running: Path) -> None:
    second = LocalStack(4999, running)
    with pytest.raises(Problem, match="already running"):
        second.start()
    second.stop()
    assert (running / "stack.json").exists()


def test_stop_takes_the_own_description_away(tmp_path: Path) -> None:
    stack = LocalStack(4999, tmp_path)
    stack._claim_folder()
    (tmp_path / "stack.json").write_text("{}", encoding="utf-8")
    stack.stop()
    assert not (tmp_path / "stack.json").exists()
