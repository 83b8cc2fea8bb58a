"""The public keys: one item in a table of its own, which signers write and verifiers read."""

from __future__ import annotations

import base64

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.signing import PublishedKey, PublishedKeys
from peerlearn.persistence import system_keys
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import put


class PublishedKeyRepository:
    """Reads and publishes the public keys.

    Parameters
    ----------
    table
        The table of the keys, which is not the product's.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self) -> PublishedKeys | None:
        """Return the published keys by a consistent read, or None where there are none yet.

        Raises
        ------
        TemporarilyUnavailable
        """
        item = self._table.get(system_keys.published_keys())
        return _keys_of(item) if item else None

    def publish(self, published: PublishedKeys) -> bool:
        """Put these keys in the place of the version before them.

        Returns
        -------
        bool
            False where another signer was first: the caller then reads again and decides anew.

        Raises
        ------
        TemporarilyUnavailable
        """
        condition = "attribute_not_exists(PK)" if published.version == 1 else "#version = :before"
        names = {} if published.version == 1 else {"#version": "version"}
        values = {} if published.version == 1 else {":before": published.version - 1}
        try:
            self._table.write(put(_item(published), condition=condition, names=names, values=values))
        except ConditionFailed:
            return False
        return True


def _item(published: PublishedKeys) -> Item:
    return {
        **system_keys.published_keys().as_item(),
        "version": published.version,
        "keys": {
            kid: {"publicKey": base64.b64encode(key.public).decode(), "since": to_rfc3339(key.since)}
            for kid, key in published.keys.items()
        },
    }


def _keys_of(item: Item) -> PublishedKeys:
    found = {
        kid: PublishedKey(base64.b64decode(key["publicKey"]), from_rfc3339(key["since"]))
        for kid, key in item["keys"].items()
    }
    return PublishedKeys(int(item["version"]), found)
