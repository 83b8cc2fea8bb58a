"""The part of an erasure that is about somebody's conversations."""

from __future__ import annotations

from uuid import uuid4

from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.table import Table


def leave_conversations(table: Table, user_id: str) -> None:
    """Leave all of somebody's, of which there are fewer than a hundred."""
    store = ErasureRepository(table)
    parts = [store.leave_conversations_from(user_id, side, "", 100, uuid4().hex[:28]) for side in (0, 1)]
    assert [following for _, _, following in parts] == [None, None]
    store.require_all_left(user_id, sum(staying for _, staying, _ in parts))
