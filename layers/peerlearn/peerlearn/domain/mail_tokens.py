"""Tokens that a mail's link carries: each opens one thing, once, for a while, and is stored as a hash alone.

A token names its account, so that it is found, and spent, in the account's own partition. It is worth what the account
says of it now: one for an address that is the account's no more opens nothing, however fresh it is.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from peerlearn.domain.addresses import UNDO_LIFETIME
from peerlearn.domain.errors import TokenExpired, Unauthenticated

_BYTES = 32
_TEXT = re.compile(r"([A-Za-z0-9_-]{1,64})\.[A-Za-z0-9_-]{43}")
TEXT_MAX_LENGTH = 512


class TokenKind(StrEnum):
    VERIFY = "verify"
    RESET = "reset"
    UNDO = "undo"


LIFETIMES: Mapping[TokenKind, timedelta] = {
    TokenKind.VERIFY: timedelta(hours=24),
    TokenKind.RESET: timedelta(hours=1),
    TokenKind.UNDO: UNDO_LIFETIME,
}
# How long an expired one is kept: until then its holder is told that it is only late.
_KEPT_LATE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class MailToken:
    """A token as it is stored.

    Attributes
    ----------
    token_hash: str
        SHA-256 of its text, in hexadecimal.
    email: str
        The address that it was mailed to.
    number: int
        Of the change of address, or of the last reset, that it is about.
    """

    kind: TokenKind
    user_id: str
    token_hash: str
    email: str
    number: int
    expires_at: datetime

    @property
    def forgotten_at(self) -> datetime:
        """When the table may forget it."""
        return self.expires_at + _KEPT_LATE

    def require_in_time(self, now: datetime) -> None:
        """Check that it is not late.

        Raises
        ------
        TokenExpired
        """
        if now >= self.expires_at:
            raise TokenExpired("This link has expired. Ask for a new one.")


def dead_link() -> Unauthenticated:
    """Return what a token is told that is spent, replaced, altered or somebody else's."""
    return Unauthenticated("This link is not valid: it was used already, or a newer one has replaced it.")


def new_token(kind: TokenKind, user_id: str, email: str, number: int, now: datetime) -> tuple[str, MailToken]:
    """Return a token's text, which only the mail will hold, and what is stored of it."""
    text = f"{user_id}.{secrets.token_urlsafe(_BYTES)}"
    return text, MailToken(kind, user_id, _hash_of(text), email, number, now + LIFETIMES[kind])


def named_by(text: str) -> tuple[str, str]:
    """Return the account that a token names, and its hash.

    Raises
    ------
    Unauthenticated
        It is no token at all.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        raise dead_link()
    return match[1], _hash_of(text)


def _hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
