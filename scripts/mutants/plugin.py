"""Pytest's behaviour while mutants are tried.

`SEEN` names a file that gets a line per test: its id, its seconds, whether it passed, the removals it came by, and
those that belong to a write which DynamoDB refused for its condition: only there can a condition have been of use.

`SERVE` names two pipes. The tests are collected, then tasks are waited for, a line each: `{"number", "tests"}`. Each
is carried out in a process forked from this one, with that removal on, and answered with a line, `{"number", "status",
"test", "why", "seconds", "unsound"}`: the first test that failed, if any, and that passes with nothing removed; those
that do not are the unsound ones. So a mutant costs what its tests cost, and nothing is collected or imported for it.
No removal takes effect while a module is imported; the permitted callers of an endpoint are looked up at its first
request.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from hypothesis import Phase, settings

from scripts.mutants import switch

# A mutant may make a test wait for ever.
_PATIENCE = int(os.environ.get("PATIENCE", "300"))
# Those who come by everywhere would take the whole suite: the fastest tests have had their chance by then.
_BUDGET = int(os.environ.get("BUDGET", "120"))
_NO_TESTS = 5
# all of a client's operations go through this
_CALL = "_make_api_call"
_READS = ("Get", "BatchGet", "Query", "Scan")
_REFUSED = "ConditionalCheckFailed"

# A failing example needs not be the smallest, and none is worth keeping.
settings.register_profile("mutants", database=None, phases=[Phase.explicit, Phase.generate], derandomize=True)
settings.load_profile("mutants")

_failed: dict[str, str] = {}
_seconds: dict[str, float] = {}
_sound: set[str] = set()
_unsound: set[str] = set()
_refused: set[int] = set()


def pytest_configure() -> None:
    if "SEEN" not in os.environ:
        return
    call = getattr(BaseClient, _CALL)

    def watched(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        # a test may let others do something in the middle of this call
        asked = set(switch.recent.asked)
        try:
            answer = call(client, operation, parameters)
        except ClientError as error:
            is_refused = _REFUSED in str(error)
            if is_refused:
                _refused.update(asked)
            # a call that failed otherwise is sent again as it is
            switch.recent.asked = set() if is_refused else asked
            raise
        if not operation.startswith(_READS):
            switch.recent.asked = set()
        return answer

    setattr(BaseClient, _CALL, watched)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    switch.asked.clear()
    switch.recent.asked.clear()
    _refused.clear()
    result = yield
    if "SEEN" in os.environ:
        line = {
            "test": item.nodeid,
            "seconds": _seconds.get(item.nodeid, 0.0),
            "passed": item.nodeid not in _failed,
            "sites": sorted(switch.asked),
            "refused": sorted(_refused),
        }
        with Path(os.environ["SEEN"]).open("a", encoding="utf-8") as seen:
            seen.write(json.dumps(line) + "\n")
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    if report.failed:
        _failed.setdefault(report.nodeid, report.longreprtext[-4000:])


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    if "SERVE" not in os.environ:
        return None
    questions, answers = (int(number) for number in os.environ["SERVE"].split(","))
    items: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in session.items:
        # a task may name a whole file
        items[item.nodeid.partition("::")[0]].append(item)
        items[item.nodeid].append(item)
    with os.fdopen(questions) as asked, os.fdopen(answers, "w") as told:
        print(json.dumps({"collected": len(session.items), "broken": session.testsfailed}), file=told, flush=True)
        for line in asked:
            task = json.loads(line)
            began = time.monotonic()
            found = _judged(task["number"], list(chain.from_iterable(items.get(test, ()) for test in task["tests"])))
            about = {"number": task["number"], "seconds": time.monotonic() - began, "unsound": sorted(_unsound)}
            print(json.dumps(found | about), file=told, flush=True)
    return True


def _judged(number: int, items: Sequence[pytest.Item]) -> dict[str, Any]:
    """Return the tests' verdict on a removal; a test that fails with nothing removed has no say."""
    while True:
        found = _forked(number, [item for item in items if item.nodeid not in _unsound])
        test = found["test"]
        if test is None or test in _sound:
            return found
        untouched = _forked(0, [item for item in items if item.nodeid == test])
        (_sound if untouched["status"] == 0 else _unsound).add(test)


def _forked(number: int, items: Sequence[pytest.Item]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        # only a process that was broken off ends without saying what it found
        verdict: dict[str, Any] = {"status": 3, "test": None, "why": "the process broke off"}
        try:
            verdict = _tried(number, items, writing)
        except BaseException as error:  # noqa: BLE001 (whatever it is, the fork must not go on as its parent)
            verdict["why"] = repr(error)
        finally:
            _say(verdict, writing)
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"status": 3, "test": None, "why": "the process broke off"}


def _tried(number: int, items: Sequence[pytest.Item], answers: int) -> dict[str, Any]:
    switch.turn_on(number)
    deadline = time.monotonic() + _BUDGET
    tried = 0
    for item, following in zip(items, [*items[1:], None][: len(items)], strict=True):
        if time.monotonic() > deadline:
            break
        tried += 1
        signal.signal(signal.SIGALRM, partial(_give_up, item.nodeid, answers))
        signal.alarm(_PATIENCE)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        signal.alarm(0)
        if _failed:
            test, why = next(iter(_failed.items()))
            return {"status": 1, "test": test, "why": why}
    return {"status": 0 if items else _NO_TESTS, "test": None, "why": "", "tried": f"{tried} of {len(items)}"}


def _give_up(test: str, answers: int, *_: object) -> None:
    _say({"status": 1, "test": test, "why": "hangs"}, answers)
    os._exit(0)


def _say(verdict: dict[str, Any], answers: int) -> None:
    os.write(answers, json.dumps(verdict).encode())
