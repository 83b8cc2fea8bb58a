"""Identifiers: opaque to clients, unguessable, with a prefix that tells a reader of logs what they name."""

from __future__ import annotations

import hashlib
import secrets

_RANDOM_BYTES = 12


def new_id(prefix: str) -> str:
    """`<prefix>_<24 hex digits>`, 96 random bits."""
    return f"{prefix}_{secrets.token_hex(_RANDOM_BYTES)}"


def derived_id(prefix: str, *parts: str) -> str:
    """An id that the same parts always give: a retry names the thing it already made, without a read."""
    return f"{prefix}_{hashlib.sha256('/'.join(parts).encode()).hexdigest()[:24]}"
