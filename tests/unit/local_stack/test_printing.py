"""Logs for people."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.local_stack.colours import Colours
from scripts.local_stack.logs import Invocation, short_name
from scripts.local_stack.printing import LogPrinter, Wanted

REQUEST = "0f1e2d3c"
NOTIFY = "peerlearn-NotifyFunction-0A1B2C"
INVOCATION = "11111111-2222-3333-4444-555555555555"


def record(level: str, message: str, **fields: Any) -> str:
    usual = {
        "function": "peerlearn-EnrollFunction-0A1B2C",
        "location": "x:1",
        "timestamp": "2026-01-01 10:00:00,000+0000",
        "service": "peerlearn",
    }
    return json.dumps({"level": level, "message": message, "correlation_id": REQUEST, **usual, **fields})


def answered(status: int, level: str = "INFO") -> str:
    return record(level, "answered", method="POST", route="/v1/courses/{courseId}/enroll", status=status)


def invocation(*lines: str, context: str = "enrollments") -> Invocation:
    report = f"REPORT RequestId: {INVOCATION}\tDuration: 34.56 ms\tBilled Duration: 35 ms\tMemory Size: 512 MB"
    start, end = f"START RequestId: {INVOCATION} Version: $LATEST", f"END RequestId: {INVOCATION}"
    return Invocation.of(context, 1_767_261_600.0, [start, *lines, '{"_aws":{}}', end, report])


def printed(found: Invocation, wanted: Wanted | None = None, *, colour: bool = False) -> list[str]:
    return list(LogPrinter(Colours(wanted=colour), wanted).lines(found))


def test_a_request_is_a_line() -> None:
    (line,) = printed(invocation(record("DEBUG", "looked"), answered(201)))
    for part in ("POST", "/v1/courses/{courseId}/enroll", "201", "35 ms", "enroll", REQUEST):
        assert part in line


def test_a_beginning_is_told_only_where_no_answer_came() -> None:
    began = record("INFO", "began", method="POST", route="/v1/courses/{courseId}/enroll")
    (line,) = printed(invocation(began, answered(201)))
    assert "began" not in line
    (line,) = printed(invocation(began))
    assert "began  method=POST  route=/v1/courses/{courseId}/enroll" in line


def test_reads_are_told_though_they_are_logged_at_debug() -> None:
    assert len(printed(invocation(answered(200, "DEBUG")))) == 1


def test_a_refusal_is_told_on_the_line_of_its_request() -> None:
    refusal = record("INFO", "refused", code="LEARNER_ENROLLMENT_DENIED", status=409, reason="COURSE_FULL")
    (line,) = printed(invocation(refusal, answered(409)))
    assert "LEARNER_ENROLLMENT_DENIED COURSE_FULL" in line


def test_a_failure_is_told_with_its_traceback() -> None:
    trace = "Traceback (most recent call last):\n  File x, line 1\nKeyError: 'a'"
    failure = record("ERROR", "unexpected failure", exception=trace, error_type="KeyError")
    first, second, *rest = printed(invocation(failure, answered(500)))
    assert "500" in first
    assert "ERROR unexpected failure  error_type=KeyError" in second
    assert [line.strip() for line in rest] == [line.strip() for line in trace.splitlines()]


def test_line_without_a_request_is_told_under_its_function() -> None:
    (line,) = printed(invocation(record("INFO", "told", function=NOTIFY, events=["a"]), context="streams"))
    assert "notify" in line
    assert NOTIFY not in line
    assert "told  events=['a']" in line
    assert REQUEST in line
    assert printed(invocation(record("DEBUG", "records handled", function=NOTIFY), context="streams")) == []


def test_printed_lines_are_told_and_lambdas_own_are_not() -> None:
    (line,) = printed(invocation("here"))
    assert line.endswith("here")
    assert printed(invocation()) == []


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (Wanted(function="enroll"), 2),
        (Wanted(function="notify"), 0),
        (Wanted(function="enrollments"), 0),
        (Wanted(level="WARNING"), 2),
        (Wanted(level="ERROR"), 0),
        (Wanted(level="DEBUG"), 3),
        (Wanted(request=REQUEST), 3),
        (Wanted(request=INVOCATION), 3),
        (Wanted(request="another"), 0),
    ],
)
def test_only_what_is_wanted_is_told(wanted: Wanted, number: int) -> None:
    found = invocation(record("DEBUG", "looked"), record("WARNING", "slow"), answered(201))
    assert len(printed(found, wanted)) == number


def test_a_quiet_request_is_told_of_only_where_all_are_wanted() -> None:
    assert printed(invocation(answered(201)), Wanted(level="WARNING")) == []
    assert len(printed(invocation(answered(503)), Wanted(level="WARNING"))) == 1


def test_colours_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = invocation(answered(500))
    assert "\x1b[" in printed(found, colour=True)[0]
    assert "\x1b[" not in printed(found)[0]
    terminal = type("Terminal", (), {"isatty": lambda _: True})()
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert Colours.of(terminal)("x", "red") != "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert Colours.of(terminal)("x", "red") == "x"


def test_line_without_a_function_is_told_under_its_context() -> None:
    """A crash at import: nobody's logger says whose it is, and it must not get lost."""
    crash = "[ERROR] Runtime.ImportModuleError: Unable to import module"
    (line,) = printed(invocation(crash), Wanted(function="enroll"))
    assert line.endswith(crash)
    assert "enrollments" in line


@pytest.mark.parametrize(
    ("deployed", "short"),
    [
        ("peerlearn-JoinWaitlistFunction-0A1B2C", "join-waitlist"),
        ("peerlearn-prod-NotifyFunction-0A1B2C", "notify"),
        ("function", "function"),
    ],
)
def test_functions_have_short_names(deployed: str, short: str) -> None:
    assert short_name(deployed) == short
