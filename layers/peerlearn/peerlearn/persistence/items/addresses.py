"""An account's address: its changes, on the profile, and the address that is held for an account that has left it."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.addresses import AddressState, FormerAddress, PendingAddress
from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item

PENDING = "pendingAddress"


def address_fields(state: AddressState) -> Item:
    """Return the attributes of a profile; those of a new account are none. `PENDING` is left out where it is None."""
    if state == AddressState():
        return {}
    fields: Item = {
        "formerAddresses": [
            {"email": one.email, "number": one.number, "until": to_rfc3339(one.until)} for one in state.former
        ],
        "addressChanges": state.changes,
        "passwordResets": state.resets,
        "addressVersion": state.version,
    }
    if state.proven_at is not None:
        fields["provenAt"] = to_rfc3339(state.proven_at)
    if state.pending is not None:
        fields[PENDING] = state.pending._asdict()
    return fields


def address_of(item: Item) -> AddressState:
    """Return the state that a profile tells."""
    pending = item.get(PENDING)
    return AddressState(
        pending=PendingAddress(pending["email"], int(pending["number"]), int(pending["epoch"])) if pending else None,
        former=tuple(
            FormerAddress(one["email"], int(one["number"]), from_rfc3339(one["until"]))
            for one in item.get("formerAddresses", ())
        ),
        changes=int(item.get("addressChanges", 0)),
        resets=int(item.get("passwordResets", 0)),
        version=int(item.get("addressVersion", 0)),
        proven_at=from_rfc3339(item["provenAt"]) if "provenAt" in item else None,
    )


def held_address_item(email: str, user_id: str, until: datetime) -> Item:
    """Return the item that keeps an address for its former account, in the place of the credential."""
    second = int(until.timestamp())
    return {
        **keys.credential(email).as_item(),
        "entity": Entity.HELD_ADDRESS.value,
        "userId": user_id,
        "until": second,
        "ttl": second,
    }
