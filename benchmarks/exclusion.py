"""DynamoDB Local with what one item and one partition bear on AWS, below a client's own retries.

While one transaction holds an item, another that wants it is refused with TransactionConflict; and each partition takes
so many write units a second, past which it throttles. The engine itself knows neither limit.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.wire import cancelled

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A transactional write of an item under 1 KB.
WRITE_UNITS = 2
# How much of a second's units may be used at once: a partition bears short bursts.
_BURST = 0.1


@dataclass(slots=True)
class Exclusion:
    """Stands between one client and the engine.

    Parameters
    ----------
    held: float
        How long a transaction holds its items, seconds.
    units: float
        Write units that a partition takes in a second.
    """

    client: DynamoDBClient
    held: float
    units: float
    conflicts: int = 0
    _taken: set[tuple[str, str]] = field(default_factory=set)
    _room: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _send: Callable[[Any], Any] = field(init=False)

    def __post_init__(self) -> None:
        session = self.client._endpoint.http_session  # type: ignore[attr-defined]  # noqa: SLF001 (its only wire)
        self._send = session.send
        session.send = self._through

    def _through(self, request: Any) -> Any:
        target, text = request.headers["X-Amz-Target"], request.body
        if not (target.decode() if isinstance(target, bytes) else target).endswith(".TransactWriteItems"):
            return self._send(request)
        items = [_key(write) for write in json.loads(text)["TransactItems"]]
        began = time.monotonic()
        with self._lock:
            reasons = self._objections(items, began)
            if any(reason != "None" for reason in reasons):
                self.conflicts += 1
                return cancelled(*reasons).answer(request.url)
            self._taken |= set(items)
        try:
            answer = self._send(request)
            time.sleep(max(0.0, self.held - (time.monotonic() - began)))
        finally:
            with self._lock:
                self._taken -= set(items)
        return answer

    def _objections(self, items: list[tuple[str, str]], now: float) -> list[str]:
        wanted: dict[str, float] = defaultdict(float)
        for partition, _ in items:
            wanted[partition] += WRITE_UNITS
        reasons = []
        for partition, sort in items:
            if (partition, sort) in self._taken:
                reasons.append("TransactionConflict")
            elif self._left(partition, now) < wanted[partition]:
                reasons.append("ThrottlingError")
            else:
                reasons.append("None")
        if set(reasons) == {"None"}:
            for partition, units in wanted.items():
                self._room[partition] = (self._left(partition, now) - units, now)
        return reasons

    def _left(self, partition: str, now: float) -> float:
        most = max(self.units * _BURST, 2 * WRITE_UNITS)
        left, at = self._room.get(partition, (most, now))
        return min(most, left + (now - at) * self.units)


def _key(write: dict[str, Any]) -> tuple[str, str]:
    ((_, one),) = write.items()
    place = one.get("Key") or one["Item"]
    return place["PK"]["S"], place["SK"]["S"]
