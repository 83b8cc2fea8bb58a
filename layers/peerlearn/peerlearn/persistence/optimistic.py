"""Applying a change under the condition that nothing has changed that it was decided on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from peerlearn.domain.retrying import Collision
from peerlearn.domain.standing import Admission
from peerlearn.persistence.standing import admitting
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import Write

# Every item of such a transaction keeps the token of its try, so that one's own write is known after a lost reply.
WRITTEN_BY = "writtenBy"


def is_own(found: Item | None, token: str) -> bool:
    """Return whether the item that stood in the way is our own write, whose reply was lost."""
    return found is not None and found.get(WRITTEN_BY) == token


def applied(
    table: Table, writes: Sequence[Write], token: str, now: datetime, admission: Admission | None = None
) -> None:
    """Write all of it, or nothing.

    Parameters
    ----------
    admission: Admission, optional
        Of who asks, made from a standing that was read just now: a condition of the transaction, which counts it.

    Raises
    ------
    Collision
        Something stood otherwise; only a fresh reading can tell what.
    """
    admitted = [] if admission is None else [admitting(admission, now)]
    try:
        table.transact([*writes, *admitted], token)
    except ConditionFailed as failure:
        # The client library repeats a commit whose reply was lost.
        if not any(is_own(found, token) for found in failure.found):
            raise Collision(admission=admission) from failure
    if admission is not None:
        admission.spent(now)
