"""Ranges of one partition of the table: the items whose sort keys begin alike, or lie between two of them."""

from __future__ import annotations

from typing import Any

from peerlearn.persistence.keys import Key
from peerlearn.persistence.table import Item, Table

_UNDER = "PK = :pk AND begins_with(SK, :prefix)"
_BETWEEN = "PK = :pk AND SK BETWEEN :first AND :last"


def key_of(item: Item) -> Key:
    """Return the primary key of an item."""
    return Key(item["PK"], item["SK"])


def items_under(table: Table, partition: str, prefix: str, **options: Any) -> list[Item]:
    """Return the items whose sort keys begin with a prefix, in their order.

    Parameters
    ----------
    options
        Of `Table.query`, for example `limit`.
    """
    return table.query(_UNDER, {":pk": partition, ":prefix": prefix}, **options)


def items_between(table: Table, partition: str, first: str, last: str, **options: Any) -> list[Item]:
    """Return the items whose sort keys lie between two, which are included, in their order."""
    return table.query(_BETWEEN, {":pk": partition, ":first": first, ":last": last}, **options)


def page_under(table: Table, partition: str, prefix: str, place: str, limit: int) -> tuple[list[Item], str | None]:
    """Return a page of the items whose sort keys begin with a prefix.

    Parameters
    ----------
    place: str
        The sort key behind which to go on; empty at the beginning.

    Returns
    -------
    (list of dict, str or None)
        The items, and the place behind which the next page begins; None behind the last one.
    """
    start = Key(partition, place).as_item() if place else None
    page, _ = table.query_page(_UNDER, {":pk": partition, ":prefix": prefix}, start=start, limit=limit)
    return page.items, str(page.last["SK"]) if page.last else None
