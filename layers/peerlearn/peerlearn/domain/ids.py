"""Identifiers: opaque to clients, unguessable, with a prefix that tells a reader of logs what they name."""

from __future__ import annotations

import hashlib
import secrets

from peerlearn.domain.idempotency import derived_bytes

_RANDOM_BYTES = 12


def new_id(prefix: str) -> str:
    """Return `<prefix>_<24 hex digits>`, 96 random bits."""
    return f"{prefix}_{secrets.token_hex(_RANDOM_BYTES)}"


def repeatable_id(prefix: str) -> str:
    """Return an id like `new_id`; where a request with an idempotency key is done again, the same one again."""
    return id_of_named_request(prefix) or new_id(prefix)


def id_of_named_request(prefix: str) -> str | None:
    """Return an id that a repeat of the request makes up again; None of a request without an idempotency key."""
    derived = derived_bytes(_RANDOM_BYTES)
    return f"{prefix}_{derived.hex()}" if derived is not None else None


def derived_id(prefix: str, *parts: str) -> str:
    """Return an id that the same parts always give: a retry names the thing it already made, without a read."""
    return f"{prefix}_{hashlib.sha256('/'.join(parts).encode()).hexdigest()[:24]}"
