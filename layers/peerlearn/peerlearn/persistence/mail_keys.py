"""Keys of mails, and of what belongs to them; `keys.py` has all others."""

from __future__ import annotations

import hashlib

from peerlearn.domain.addresses import spelled_out
from peerlearn.persistence.keys import Key, user_partition

TOKEN_PREFIX = "MAILTOKEN#"  # noqa: S105 (the beginning of a key)


def mail(mail_id: str) -> Key:
    """Return the key of a mail that is to leave: gone once it has."""
    return Key(f"MAIL#{mail_id}", "MAIL")


def suppression(address: str) -> Key:
    """Return the key of what SES has told of an address, under a digest: it may outlive the address's account."""
    digest = hashlib.sha256(spelled_out(address).encode()).hexdigest()[:32]
    return Key(f"SUPPRESSION#{digest}", "SUPPRESSION")


def mail_token(user_id: str, token_hash: str) -> Key:
    """Return the key of a token that a mail's link carries, among what belongs to its account."""
    return Key(user_partition(user_id), f"{TOKEN_PREFIX}{token_hash}")
