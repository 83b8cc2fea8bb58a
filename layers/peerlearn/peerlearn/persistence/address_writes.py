"""Writes of the item that makes an address unique: an account's credential, or the address held for its former account.

nothing | held until past | held for this account   -->  credential of this account
credential of this account, its hash as read        -->  held for it until the change can no longer be undone | nothing
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peerlearn.domain.users import Credential
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import credential_item
from peerlearn.persistence.items.addresses import held_address_item
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.writes import Write, delete, put

_IS_FREE = "attribute_not_exists(PK) OR (#entity = :held AND (#until <= :now OR #user = :user))"
_IS_AS_READ = "#user = :user AND #hash = :hash"
_NAMES = {"#entity": "entity", "#user": "userId"}


def putting_credential(credential: Credential, now: datetime) -> Write:
    """Return the write that gives an account its address, if nobody has it."""
    return put(
        credential_item(credential),
        condition=_IS_FREE,
        names=_NAMES | {"#until": "until"},
        values={
            ":held": Entity.HELD_ADDRESS.value,
            ":now": int(now.timestamp()),
            ":user": credential.user.user_id,
        },
    )


def _as_read(user_id: str, read_hash: str) -> dict[str, Any]:
    names = {"#user": "userId", "#hash": "passwordHash"}
    return {"names": names, "values": {":user": user_id, ":hash": read_hash}}


def holding(email: str, user_id: str, read_hash: str, until: datetime) -> Write:
    """Return the write that keeps an address for the account that leaves it."""
    return put(held_address_item(email, user_id, until), condition=_IS_AS_READ, **_as_read(user_id, read_hash))


def leaving(email: str, user_id: str, read_hash: str) -> Write:
    """Return the write that gives free the address that the account leaves."""
    return delete(keys.credential(email), condition=_IS_AS_READ, **_as_read(user_id, read_hash))


def releasing(email: str, user_id: str) -> Write:
    """Return the write that gives free an address that is held for that account."""
    return delete(
        keys.credential(email),
        condition="#entity = :held AND #user = :user",
        names=_NAMES,
        values={":held": Entity.HELD_ADDRESS.value, ":user": user_id},
    )
