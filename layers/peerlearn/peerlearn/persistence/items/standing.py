"""The standing of an account: one small item, since every write of its owner's reads it."""

from __future__ import annotations

from peerlearn.domain.limits import Window
from peerlearn.domain.standing import Standing
from peerlearn.domain.users import AccountState, Role
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item

# Two attributes for each limit that was ever used: an update can then name them without reading the item.
_COUNT, _CLOSES = "n:", "t:"


def count_attribute(limit_name: str) -> str:
    return f"{_COUNT}{limit_name}"


def closes_attribute(limit_name: str) -> str:
    return f"{_CLOSES}{limit_name}"


def standing_item(standing: Standing) -> Item:
    """Return the item of a new account, which has opened no window."""
    item = {
        **keys.standing(standing.user_id).as_item(),
        "entity": Entity.STANDING.value,
        "userId": standing.user_id,
        "role": standing.role.value,
        "state": standing.state.value,
        "epoch": standing.epoch,
        "sessions": dict(standing.sessions),
    }
    if standing.proven:
        item["proven"] = True
    return item if standing.seen_at is None else item | {"seenAt": standing.seen_at}


def standing_of(item: Item) -> Standing:
    return Standing(
        user_id=item["userId"],
        role=Role(item["role"]),
        state=AccountState(item["state"]),
        epoch=int(item["epoch"]),
        sessions={session_id: int(used_at) for session_id, used_at in item["sessions"].items()},
        kept_session=item.get("keptSession"),
        seen_at=int(item["seenAt"]) if "seenAt" in item else None,
        proven=bool(item.get("proven", False)),
        windows={
            name.removeprefix(_COUNT): Window(int(count), int(item[closes_attribute(name.removeprefix(_COUNT))]))
            for name, count in item.items()
            if name.startswith(_COUNT)
        },
    )


def standing_in(items: dict[keys.Key, Item], user_id: str) -> Standing | None:
    """Return the account's standing among items that were read together."""
    item = items.get(keys.standing(user_id))
    return standing_of(item) if item else None
