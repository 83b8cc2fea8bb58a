"""Keys of mails, and of what belongs to them; `keys.py` has all others."""

from __future__ import annotations

from peerlearn.persistence.keys import Key, user_partition

TOKEN_PREFIX = "MAILTOKEN#"  # noqa: S105 (the beginning of a key)


def mail(mail_id: str) -> Key:
    """Return the key of a mail that is to leave: gone once it has."""
    return Key(f"MAIL#{mail_id}", "MAIL")


def mail_token(user_id: str, token_hash: str) -> Key:
    """Return the key of a token that a mail's link carries, among what belongs to its account."""
    return Key(user_partition(user_id), f"{TOKEN_PREFIX}{token_hash}")
