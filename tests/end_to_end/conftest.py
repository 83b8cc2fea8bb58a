"""The local stack, one for the whole test run, whatever the number of test processes.

When all tests are done with it, what it has logged is searched for secrets: one that is found fails the run.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.local_stack import LocalStack
from scripts.local_stack.build import locked
from scripts.local_stack.clients import Clients
from scripts.local_stack.processes import free_port
from tests.support.classroom import Classroom
from tests.support.secrets_in_logs import leaks, noting_secrets


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
                enforced = not request.config.getoption("--without-iam")
                own = LocalStack(free_port(), folder, enforce_iam=enforced)
                own.start()
        with noting_secrets() as noted:
            yield json.loads((folder / "stack.json").read_text(encoding="utf-8"))
        (shared / f"noted-{os.getpid()}.json").write_text(json.dumps(sorted(noted)), encoding="utf-8")
        if own is not None:
            fcntl.flock(users, fcntl.LOCK_EX)
            try:
                found = _leaks_of(own, shared)
            finally:
                own.stop()
            if found:
                pytest.fail("The stack's logs give secrets away:\n" + "\n".join(found), pytrace=False)
            if not request.session.testsfailed:
                shutil.rmtree(folder)


def _leaks_of(stack: LocalStack, shared: Path) -> list[str]:
    clients = Clients(stack.server.endpoint)
    known = {account["password"] for account in stack.description["accounts"].values()}
    for noted in shared.glob("noted-*.json"):
        known |= set(json.loads(noted.read_text(encoding="utf-8")))
    for secret in clients.secrets().list_secrets()["SecretList"]:
        known.add(json.loads(clients.secrets().get_secret_value(SecretId=secret["ARN"])["SecretString"])["key"])
    found = []
    for group, text in _logged(clients):
        found += [f"{group}: {leak}" for leak in leaks(text, known)]
    for file in stack.folder.glob("*.log"):
        found += [f"{file.name}: {leak}" for leak in leaks(file.read_text(encoding="utf-8", errors="replace"), known)]
    return found


def _logged(clients: Clients) -> Iterator[tuple[str, str]]:
    """Each function's log group with everything in it."""
    logs = clients.logs()
    lines = 0
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/peerlearn/"):
        for group in page["logGroups"]:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            messages = [event["message"] for one in pages for event in one["events"]]
            lines += len(messages)
            yield group["logGroupName"], "\n".join(messages)
    assert lines, "there are no logs to search"


@pytest.fixture
def classroom(stack: dict[str, Any]) -> Classroom:
    return Classroom(stack)
