"""A learner's own ledger."""

from __future__ import annotations

from typing import Protocol

from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.points import Entry
from peerlearn.domain.users import Principal


class Ledger(Protocol):
    """The store of this use case; see `peerlearn.persistence.ledger`."""

    def entries(self, user_id: str, wanted: PageRequest) -> PageResult[Entry]: ...


class PointsService:
    """The use case of the points ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def entries(self, caller: Principal, wanted: PageRequest) -> PageResult[Entry]:
        """The caller's own entries, newest first."""
        return self._ledger.entries(caller.user_id, wanted)
