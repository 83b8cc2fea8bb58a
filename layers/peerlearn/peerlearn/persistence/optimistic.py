"""Applying a change on condition that the situation that it was decided on still holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from peerlearn.domain.retrying import Collision
from peerlearn.domain.standing import Admission
from peerlearn.persistence.standing import admitting
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import Write, put

# Every item of such a transaction keeps the token of its try, so that one's own write is known after a lost reply.
WRITTEN_BY = "writtenBy"


def replacing(item: Item, version: int) -> Write:
    """Return the Put of an item in the place of the version that was read; 0 where there was none."""
    # (none) -> version 1;  version n -> version n + 1, and only from there
    is_as_read = "#version = :read" if version else "attribute_not_exists(PK)"
    names = {"#version": "version"} if version else None
    values = {":read": version} if version else None
    return put(item, condition=is_as_read, names=names, values=values)


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
        Of the caller, made from a standing that was read just now. It becomes a condition of the transaction, which
        counts it.

    Raises
    ------
    Collision
        Something had changed; only a fresh read can tell what.
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
