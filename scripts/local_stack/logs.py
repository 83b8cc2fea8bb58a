"""What the functions write to their log groups, as it comes."""

from __future__ import annotations

import time
from collections.abc import Iterator

from scripts.local_stack.clients import Clients

_PREFIX = "/peerlearn/"
# said by Lambda itself about each invocation; numbers for CloudWatch
_NOT_FOR_PEOPLE = ("START ", "END ", "REPORT ", '{"_aws":')
# An invocation that ends while logs are read is found by the next reading. MiniStack writes all lines of an invocation
# at once, to a stream of its own, so a stream that was read has nothing new.
_OVERLAP_MILLISECONDS = 2000


class LogFollower:
    """Reads new lines of every function of the stack.

    Parameters
    ----------
    endpoint: str
        Where MiniStack listens.
    """

    def __init__(self, endpoint: str) -> None:
        self._logs = Clients(endpoint).logs()
        self._sizes = self._group_sizes()
        self._since = int(time.time() * 1000)
        self._seen: set[str] = set()

    def new_lines(self) -> Iterator[str]:
        """Lines since the last call, each after its function's name."""
        sizes = self._group_sizes()
        changed = [group for group, size in sizes.items() if size != self._sizes.get(group)]
        self._sizes = sizes
        since, self._since = self._since, int(time.time() * 1000) - _OVERLAP_MILLISECONDS
        seen: set[str] = set()
        for group in changed:
            pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
            for event in (event for page in pages for event in page["events"]):
                seen.add(event["logStreamName"])
                if event["logStreamName"] not in self._seen and not event["message"].startswith(_NOT_FOR_PEOPLE):
                    yield f"{group.rsplit('/', 1)[-1]}: {event['message'].rstrip()}"
        self._seen = seen

    def _group_sizes(self) -> dict[str, int]:
        pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_PREFIX)
        return {group["logGroupName"]: group.get("storedBytes", 0) for page in pages for group in page["logGroups"]}
