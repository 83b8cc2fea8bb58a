"""The item that an idempotency key has."""

from __future__ import annotations

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.idempotency import Claim, Kept
from peerlearn.persistence import system_keys
from peerlearn.persistence.items.base import Entity, Item


def kept_item(place: str, kept: Kept) -> Item:
    """Return the item; DynamoDB deletes it some time after its hour."""
    return {
        **system_keys.kept_answer(place).as_item(),
        "entity": Entity.KEPT_ANSWER.value,
        "fingerprint": kept.fingerprint,
        "claimId": kept.claim.claim_id,
        "seed": kept.claim.seed,
        "claimedUntil": to_rfc3339(kept.claim.until),
        "expiresAt": to_rfc3339(kept.expires_at),
        "ttl": int(kept.expires_at.timestamp()),
        **({"answer": kept.answer} if kept.answer is not None else {}),
    }


def kept_of(item: Item) -> Kept:
    """Return the claim, or the answer, that an item keeps."""
    return Kept(
        fingerprint=item["fingerprint"],
        claim=Claim(item["claimId"], item["seed"], from_rfc3339(item["claimedUntil"])),
        expires_at=from_rfc3339(item["expiresAt"]),
        answer=bytes(item["answer"]) if "answer" in item else None,
    )
