"""Reading a whole table: in parallel, and no faster than it can bear."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from peerlearn.persistence.marshalling import unmarshal
from peerlearn.persistence.table import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(slots=True)
class Pace:
    """So many units a second for all threads: spent units are paid for before the next are spent.

    Attributes
    ----------
    rate: float
        Units a second; 0 for no limit.
    """

    rate: float
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    _free_at: float = 0.0

    def spend(self, units: float) -> None:
        if self.rate:
            self._free_at = max(self.monotonic(), self._free_at) + units / self.rate

    def wait(self) -> None:
        """Until what was spent is paid for."""
        pause = self._free_at - self.monotonic()
        if pause > 0:
            self.sleep(pause)


def scan(
    client: DynamoDBClient,
    table_name: str,
    *,
    segments: int,
    rate: float,
    page_size: int | None = None,
    pace: Callable[[float], Pace] = Pace,
) -> Iterator[Item]:
    """Every item of a table as native Python, in any order.

    Parameters
    ----------
    segments: int
        How many parts are read at once.
    rate: float
        Read capacity units a second over all of them; 0 for no limit.
    page_size: int, optional
        The most items of a call; as many as fit, otherwise.
    """
    spent = pace(rate)
    page = partial(_page, client, table_name, segments, {} if page_size is None else {"Limit": page_size})
    with ThreadPoolExecutor(segments) as pool:
        pending: dict[Future[Any], int] = {pool.submit(page, segment, {}): segment for segment in range(segments)}
        while pending:
            for done in wait(pending, return_when=FIRST_COMPLETED).done:
                segment, answer = pending.pop(done), done.result()
                spent.spend(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0))
                if "LastEvaluatedKey" in answer:
                    spent.wait()
                    following = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
                    pending[pool.submit(page, segment, following)] = segment
                yield from map(unmarshal, answer["Items"])


def _page(
    client: DynamoDBClient, table_name: str, segments: int, size: dict[str, Any], segment: int, start: dict[str, Any]
) -> Any:
    return client.scan(
        TableName=table_name,
        Segment=segment,
        TotalSegments=segments,
        ReturnConsumedCapacity="TOTAL",
        **start,
        **size,
    )
