"""The local stack, one for the whole test run, whatever the number of test processes."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.local_stack import LocalStack
from scripts.local_stack.build import locked
from scripts.local_stack.processes import free_port


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The running stack as `.local/stack.json` describes it, demo data included.

    The first process that asks starts it and stops it: each user holds a shared lock, and the one that started waits
    for the others to let go.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "stack"
    own: LocalStack | None = None
    with (shared / "stack.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with locked(shared / "stack.start"):
            if not (folder / "stack.json").exists():
                own = LocalStack(free_port(), folder, enforce_iam=request.config.getoption("--enforce-iam"))
                own.start()
        yield json.loads((folder / "stack.json").read_text(encoding="utf-8"))
        if own is not None:
            fcntl.flock(users, fcntl.LOCK_EX)
            own.stop()
            if not request.session.testsfailed:
                shutil.rmtree(folder)
