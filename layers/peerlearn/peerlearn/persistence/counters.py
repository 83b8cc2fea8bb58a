"""Counters: an item, or several side by side, to which transactions add.

Nothing here keeps a repeat from counting twice: that is for the condition of another write in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping

from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.keys import Key
from peerlearn.persistence.table import Item
from peerlearn.persistence.writes import Write, update


def adding(
    counter: Key,
    entity: Entity,
    difference: int,
    *,
    attribute: str = "count",
    condition: str | None = None,
    names: Mapping[str, str] | None = None,
    traced: bool = True,
) -> Write:
    """Return the write that adds to a counter; one that is not there yet begins at 0.

    Parameters
    ----------
    difference: int
        1 for one thing more, -1 for one less.
    attribute: str
        The attribute that counts.
    condition, names: optional
        Of the counter's item.
    traced: bool
        Whether the counter keeps the id of the request that it was last written for.
    """
    return update(
        counter,
        "SET #entity = :entity ADD #count :difference",
        condition=condition,
        names={"#entity": "entity", "#count": attribute} | dict(names or {}),
        values={":entity": entity.value, ":difference": difference},
        traced=traced,
    )


def counted(counter: Item | None, attribute: str = "count") -> int:
    """Return the number in a counter; 0 where it is not there yet."""
    return int((counter or {}).get(attribute, 0))
