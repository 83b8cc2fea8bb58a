"""Rules of every test: no way to a real AWS, and no network where none is needed."""

from __future__ import annotations

import os
from collections import Counter
from functools import cache
from pathlib import Path
from unittest import mock

import botocore.session
import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
LEVELS = ("unit", "functional", "contract", "integration", "end_to_end")
# these talk to engines on this machine
NETWORKED = ("integration", "end_to_end")
# a property of tests that make requests up: how many
MADE_UP = "made up"

# set before any module under test makes a client, so that none ever looks for real credentials
for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_SESSION_TOKEN="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_METRICS_NAMESPACE="Peerlearn",
    POWERTOOLS_SERVICE_NAME="peerlearn",
)

# A busy machine makes a property slow, not wrong.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Each test makes its own clients. Without this each of them would also unpack and parse what AWS's services look like.
mock.patch.object(botocore.session, "create_loader", cache(botocore.session.create_loader)).start()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="thousands where the everyday run has hundreds")
    parser.addoption(
        "--without-iam", action="store_true", help="end to end: do not enforce the functions' policies as AWS does"
    )


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether there is time for everything."""
    return bool(request.config.getoption("--long"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _level(item.path) in NETWORKED:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))
        else:
            item.add_marker(pytest.mark.disable_socket)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many tests ran at each level; a skipped one did not run."""
    ran = Counter(
        _level(terminalreporter.config.rootpath / report.nodeid.split("::")[0])
        for outcome in ("passed", "failed", "xfailed", "xpassed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call"
    )
    counts = ", ".join(f"{level} {ran[level]}" for level in LEVELS)
    terminalreporter.write_line(f"tests that ran at each level: {counts}")
    made_up = sum(
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", [])
        if name == MADE_UP and report.when == "teardown"
    )
    if made_up:
        terminalreporter.write_line(f"made-up requests whose answers were as documented: {made_up}")


def _level(path: Path) -> str:
    return path.relative_to(TESTS).parts[0] if path.is_relative_to(TESTS) else ""
