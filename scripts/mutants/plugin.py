"""What pytest does differently while mutants are tried.

`SEEN` names a file that gets a line per test: its id, its seconds, whether it passed, and the removals it came by.
`CHOSEN` names a file with the ids of the tests to run, in their order; `VERDICT` gets the first that failed, and why.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from scripts.mutants import switch

# A mutant may make a test wait for ever.
_PATIENCE = int(os.environ.get("PATIENCE", "120"))

# A failing example needs not be the smallest, and none is worth keeping.
settings.register_profile("mutants", database=None, phases=[Phase.explicit, Phase.generate], derandomize=True)
settings.load_profile("mutants")

_failed: dict[str, str] = {}
_seconds: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    switch.asked.clear()
    signal.signal(signal.SIGALRM, lambda *_: _give_up(item.nodeid))
    signal.alarm(_PATIENCE)
    result = yield
    signal.alarm(0)
    if "SEEN" in os.environ:
        line = {
            "test": item.nodeid,
            "seconds": _seconds.get(item.nodeid, 0.0),
            "passed": item.nodeid not in _failed,
            "sites": sorted(switch.asked),
        }
        with Path(os.environ["SEEN"]).open("a", encoding="utf-8") as seen:
            seen.write(json.dumps(line) + "\n")
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    if report.failed:
        _failed.setdefault(report.nodeid, report.longreprtext[-4000:])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "CHOSEN" in os.environ:
        wanted = {test: place for place, test in enumerate(json.loads(Path(os.environ["CHOSEN"]).read_text()))}
        items[:] = sorted((item for item in items if item.nodeid in wanted), key=lambda item: wanted[item.nodeid])


def pytest_sessionfinish(exitstatus: int) -> None:
    if "VERDICT" in os.environ:
        failed = next(iter(_failed.items()), None)
        _say(exitstatus, failed)


def _give_up(test: str) -> None:
    if "VERDICT" in os.environ:
        _say(1, (test, "hangs"))
        os._exit(1)


def _say(status: int, failed: tuple[str, str] | None) -> None:
    verdict = {"status": int(status), "test": failed and failed[0], "why": failed and failed[1]}
    Path(os.environ["VERDICT"]).write_text(json.dumps(verdict), encoding="utf-8")
