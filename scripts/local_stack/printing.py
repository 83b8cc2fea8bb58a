"""Logs for people: a line for each request, and what went wrong in full."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from scripts.local_stack.colours import Colours
from scripts.local_stack.logs import Invocation

_BEGAN = "began"
_ANSWERED = "answered"
_REFUSED = "refused"
# of every line, and so not worth saying of each
_USUAL = {
    *("level", "location", "message", "timestamp", "service", "correlation_id", "xray_trace_id", "request_id"),
    *("exception", "exception_name", "stack_trace", "cold_start", "function_name", "function_memory_size"),
    *("function", "function_arn", "function_request_id", "sampling_rate"),
}
_LEVEL_COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}
_ROUTE_WIDTH = 44


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which invocations are shown.

    Attributes
    ----------
    function: str
        Part of the function's name, e.g. `enroll`; empty for all.
    level: str
        Only those with a line of that level, or a higher one.
    request: str
        The id of a request, as an answer's `requestId` tells it: then all lines are shown.
    """

    function: str = ""
    level: str = "INFO"
    request: str = ""


class LogPrinter:
    """Turns invocations into lines."""

    def __init__(self, colours: Colours, wanted: Wanted | None = None) -> None:
        self._colours = colours
        self._wanted = wanted or Wanted()

    def lines(self, invocation: Invocation) -> Iterator[str]:
        """Return the text to print; empty where the invocation is not wanted or had nothing to say."""
        wanted = self._wanted
        function = wanted.function.replace("_", "-")
        # one that names no function, e.g. a crash at import, is shown rather than lost
        if function and invocation.function and function not in invocation.function:
            return
        request_id = _request_id(invocation)
        if wanted.request and wanted.request not in (request_id, invocation.invocation_id):
            return
        # of a request every line is wanted once it is asked for
        least = "DEBUG" if wanted.request else wanted.level
        records = [line for line in invocation.lines if isinstance(line, dict)]
        answered = next((one for one in records if one.get("message") == _ANSWERED), None)
        said = [line for line in invocation.lines if line is not answered and _is_worth(line, least)]
        failed = answered is not None and int(answered.get("status", 0)) >= HTTPStatus.INTERNAL_SERVER_ERROR
        if _number(least) > logging.INFO and not said and not failed:
            return
        if answered is not None:
            refusal = next((one for one in records if one.get("message") == _REFUSED), None)
            yield self._request(invocation, answered, refusal, request_id)
            said = [line for line in said if line is not refusal and not _is_beginning(line)]
        for line in said:
            yield from self._line(invocation, line, indented=answered is not None)

    def _request(
        self, invocation: Invocation, answered: dict[str, Any], refusal: dict[str, Any] | None, request_id: str
    ) -> str:
        status = int(answered.get("status", 0))
        colour = "red" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "yellow" if refusal else "green"
        reason = " ".join(str(refusal[name]) for name in ("code", "reason") if refusal.get(name)) if refusal else ""
        return "  ".join(
            [
                self._colours(_clock(invocation), dim=True),
                f"{answered.get('method')!s:<6} {answered.get('route')!s:<{_ROUTE_WIDTH}}",
                self._colours(f"{status} {_duration(invocation)}", colour),
                *([self._colours(reason, colour)] if reason else []),
                self._colours(f"{invocation.who}  {request_id}", dim=True),
            ]
        )

    def _line(self, invocation: Invocation, line: dict[str, Any] | str, *, indented: bool) -> Iterator[str]:
        head = "          " if indented else f"{self._colours(_clock(invocation), dim=True)}  "
        name = "" if indented else f"{invocation.who:<12} "
        if isinstance(line, str):
            yield from (f"{head}{name}{part}" for part in line.splitlines())
            return
        level = str(line["level"])
        told = "  ".join(f"{key}={value}" for key, value in line.items() if key not in _USUAL and value is not None)
        text = f"{line.get('message')}  {told}".rstrip()
        mark = f"{level} " if level in _LEVEL_COLOURS else ""
        request = "" if indented else f"  {line.get('correlation_id') or invocation.invocation_id}"
        yield f"{head}{name}{self._colours(mark + text, _LEVEL_COLOURS.get(level))}{self._colours(request, dim=True)}"
        if exception := line.get("exception"):
            yield from (f"            {self._colours(part, 'red')}" for part in str(exception).splitlines())


def _is_worth(line: dict[str, Any] | str, least: str) -> bool:
    # Text printed without the logger is what somebody wants to see now, or a crash outside of everything.
    return isinstance(line, str) or _number(str(line["level"])) >= _number(least)


def _is_beginning(line: dict[str, Any] | str) -> bool:
    return isinstance(line, dict) and line.get("message") == _BEGAN


def _number(level: str) -> int:
    return logging.getLevelNamesMapping().get(level, logging.ERROR)


def _request_id(invocation: Invocation) -> str:
    for line in invocation.lines:
        if isinstance(line, dict) and line.get("correlation_id"):
            return str(line["correlation_id"])
    return invocation.invocation_id


def _duration(invocation: Invocation) -> str:
    return "" if invocation.milliseconds is None else f"{invocation.milliseconds:5.0f} ms"


def _clock(invocation: Invocation) -> str:
    return datetime.fromtimestamp(invocation.at, UTC).astimezone().strftime("%H:%M:%S")
