"""Invariants of a whole table, whatever came at once, was repeated, or was cut off.

    for violation in violations(items):
        print(violation)

`items` are all items of one table as native Python, in any order and read once, so that a scan can be streamed in. A
scan is no snapshot: an item that is written meanwhile may look like a violation and is gone at the next look.

Most of it holds at any moment. The stream's work holds a moment later: a free seat given to a waiting
learner, the catalogue in line with its courses, booked times moved with their session. `settled=True` asks for that as
well, and for leftovers of an account that was erased an hour ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol

from peerlearn.domain.clock import utc_now
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.own_records import OwnKind
from peerlearn.persistence.marshalling import unmarshal
from scripts.invariants.accounts import AccountsCheck
from scripts.invariants.agendas import AgendasCheck
from scripts.invariants.bookings import SchedulesCheck, SeatsCheck
from scripts.invariants.catalogue import CatalogueCheck
from scripts.invariants.conversations import ConversationsCheck
from scripts.invariants.erasures import ErasureCheck
from scripts.invariants.learning import LedgerCheck, SubmissionsCheck
from scripts.invariants.news import NewsCheck
from scripts.invariants.violation import Violation

__all__ = ["Violation", "table_items", "violations"]


def violations(
    items: Iterable[Item], *, settled: bool = False, now: Callable[[], datetime] = utc_now
) -> Iterator[Violation]:
    """Everything that is wrong with a table.

    Parameters
    ----------
    items
        Each a dict of native Python, as `unmarshal` makes it.
    settled: bool
        Whether the stream has had its time: then what it brings about is asked for too.
    """
    moment = now()
    checks: list[_Check] = [
        _Kinds(),
        SeatsCheck(moment, settled=settled),
        SchedulesCheck(moment, settled=settled),
        LedgerCheck(settled=settled),
        SubmissionsCheck(settled=settled),
        ConversationsCheck(),
        NewsCheck(),
        AgendasCheck(),
        AccountsCheck(),
        ErasureCheck(moment, settled=settled),
        CatalogueCheck(settled=settled),
    ]
    for item in items:
        for check in checks:
            check.see(item)
    for check in checks:
        yield from check.violations()


def table_items(client: Any, table_name: str) -> Iterator[Item]:
    """Every item of a table, page by page, by a DynamoDB client."""
    for page in client.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True):
        yield from map(unmarshal, page["Items"])


_ENTITIES = frozenset([*Entity, *OwnKind])


class _Check(Protocol):
    def see(self, item: Item) -> None: ...
    def violations(self) -> Iterator[Violation]: ...


class _Kinds:
    """Every item is of a kind: an item without one was made by an update of something that was not there."""

    def __init__(self) -> None:
        self._strays: list[str] = []

    def see(self, item: Item) -> None:
        if item.get("entity") not in _ENTITIES:
            self._strays.append(f"{item['PK']}/{item['SK']}")

    def violations(self) -> Iterator[Violation]:
        for key in self._strays:
            yield Violation("items", key, "is of no kind")
