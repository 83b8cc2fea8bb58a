"""Logs of the functions from their log groups, one invocation after the other."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scripts.local_stack.clients import Clients

_PREFIX = "/peerlearn/"
# CloudFormation's name of a function: stack, logical id and a suffix
_DEPLOYED_NAME = re.compile(r"(?:.*-)?(?P<words>\w+)Function(?:-\w+)?")
_REPORT = re.compile(r"REPORT RequestId: (?P<id>\S+).*?\sDuration: (?P<ms>[0-9.]+) ms", re.DOTALL)
# said by Lambda itself about each invocation; numbers for CloudWatch
_NOT_FOR_PEOPLE = ("START ", "END ", "REPORT ", "INIT_START ", '{"_aws":')
# An invocation that ends while logs are read is found by the next reading. MiniStack writes the lines of an invocation
# to a stream of its own, so a stream that was read to its end has nothing new.
_OVERLAP_MILLISECONDS = 2000
# A stream is at its end with Lambda's report, or when nothing has come for so long.
_REPORT_MILLISECONDS = 5000


@dataclass(slots=True)
class Invocation:
    """One run of a function.

    Attributes
    ----------
    context: str
        The context of its log group, e.g. `enrollments`.
    at: float
        When it ended, in seconds since 1970.
    function: str
        As its lines name it, e.g. `join-waitlist`; empty where no line of the product's logger does.
    lines: list
        Each a dict where the product's logger wrote it, else text.
    """

    context: str
    at: float
    function: str = ""
    invocation_id: str = ""
    milliseconds: float | None = None
    lines: list[dict[str, Any] | str] = field(default_factory=list)

    @classmethod
    def of(cls, context: str, at: float, messages: list[str]) -> Invocation:
        """Return what these messages, of one invocation, tell about it."""
        found = cls(context, at)
        for message in messages:
            if report := _REPORT.match(message):
                found.invocation_id, found.milliseconds = report["id"], float(report["ms"])
            elif not message.startswith(_NOT_FOR_PEOPLE) and message.strip():
                found.lines.append(_parsed(message.rstrip()))
        named = (line["function"] for line in found.lines if isinstance(line, dict) and "function" in line)
        found.function = short_name(next(named, ""))
        return found

    @property
    def who(self) -> str:
        """The function, or its context where the function is not known."""
        return self.function or self.context


def short_name(deployed: str) -> str:
    """Return a deployed function's name in short: `join-waitlist` of `peerlearn-JoinWaitlistFunction-1A2B3C`."""
    found = _DEPLOYED_NAME.fullmatch(deployed)
    return re.sub(r"\B(?=[A-Z])", "-", found["words"]).lower() if found else deployed


def _parsed(message: str) -> dict[str, Any] | str:
    try:
        content = json.loads(message)
    except ValueError:
        return message
    return content if isinstance(content, dict) and "level" in content else message


class LogFollower:
    """Reads what every function of the stack logs.

    Parameters
    ----------
    endpoint: str
        Where MiniStack listens.
    from_the_beginning: bool
        Whether the first reading is of all that was ever logged; else of what is logged from now on.
    """

    def __init__(self, endpoint: str, *, from_the_beginning: bool = False) -> None:
        self._logs = Clients(endpoint).logs()
        self._sizes = {} if from_the_beginning else self._group_sizes()
        self._since = 0 if from_the_beginning else int(time.time() * 1000)
        # When each stream that was told had its last line, as long as a reading may find it again.
        self._told: dict[str, int] = {}

    def new_invocations(self) -> list[Invocation]:
        """Those since the last call, in the order they ended."""
        sizes = self._group_sizes()
        changed = [group for group, size in sizes.items() if size != self._sizes.get(group)]
        self._sizes = sizes
        now = int(time.time() * 1000)
        since, self._since = self._since, now - _OVERLAP_MILLISECONDS
        found: list[Invocation] = []
        for group in changed:
            context = group.rsplit("/", 1)[-1]
            for stream, events in self._streams(group, since).items():
                messages, times = [event["message"] for event in events], [event["timestamp"] for event in events]
                if not messages[-1].startswith("REPORT ") and now - max(times) < _REPORT_MILLISECONDS:
                    # The rest is being written: the next reading takes it as a whole.
                    self._since = min(self._since, *times)
                    self._sizes.pop(group, None)
                elif stream not in self._told:
                    self._told[stream] = max(times)
                    found += _invocations(context, max(times) / 1000, messages)
        self._told = {stream: at for stream, at in self._told.items() if at >= self._since}
        return sorted(found, key=lambda invocation: invocation.at)

    def wait_for_silence(self, quiet: float, at_most: float) -> None:
        """Until nothing has ended for that many seconds: all that follows from changes has been done."""
        now = time.monotonic()
        last, deadline = now, now + at_most
        while now - last < quiet and now < deadline:
            time.sleep(0.2)
            now = time.monotonic()
            if self.new_invocations():
                last = now

    def _streams(self, group: str, since: int) -> dict[str, list[Any]]:
        streams: dict[str, list[Any]] = {}
        pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
        for event in (event for page in pages for event in page["events"]):
            streams.setdefault(event["logStreamName"], []).append(event)
        return streams

    def _group_sizes(self) -> dict[str, int]:
        pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_PREFIX)
        return {group["logGroupName"]: group.get("storedBytes", 0) for page in pages for group in page["logGroups"]}


def _invocations(context: str, at: float, messages: list[str]) -> Iterator[Invocation]:
    """A stream's lines, parted where Lambda says that an invocation has ended."""
    part: list[str] = []
    for message in messages:
        part.append(message)
        if message.startswith("REPORT "):
            yield Invocation.of(context, at, part)
            part = []
    if part:
        yield Invocation.of(context, at, part)
