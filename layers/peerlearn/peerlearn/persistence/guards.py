"""What holds beyond one repository: an account that is not erased, and an administrator who is left."""

from __future__ import annotations

from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.table import Write, check, update

# Of the tombstones, and of what an erased account leaves behind.
NOT_ERASED = "attribute_not_exists(#erased)"


def not_erased(user_id: str) -> Write:
    """Return the condition that somebody has not erased their account, where it is not they who write."""
    return check(keys.standing(user_id), NOT_ERASED, names={"#erased": "erasedAt"})


def becoming_administrator(user_id: str) -> Write:
    return update(
        keys.administrators(),
        "SET #entity = :entity ADD #ids :these",
        names={"#entity": "entity", "#ids": "userIds"},
        values={":entity": Entity.ADMINISTRATORS.value, ":these": {user_id}},
    )


def ceasing_as_administrator(user_id: str) -> Write:
    """Fails for the last one: of two who demote each other at the same moment the later is refused."""
    # two or more -> one less, if it is one of them;  somebody who is not among them -> as it is, while there is one
    are_several = "size(#ids) > :last"
    is_none_of_them = "attribute_exists(#ids) AND NOT contains(#ids, :one)"
    return update(
        keys.administrators(),
        "DELETE #ids :these",
        condition=f"{are_several} OR ({is_none_of_them})",
        names={"#ids": "userIds"},
        values={":one": user_id, ":these": {user_id}, ":last": 1},
    )
