"""bcrypt. A password is never trimmed, cut or changed in case."""

from __future__ import annotations

import bcrypt

from peerlearn.domain.passwords import PASSWORD_MAX_BYTES

# 53 characters of salt and digest of a password nobody has: checked where there is no account, so that the answer
# takes as long as for one that exists.
_NOBODY = "WtYVHZXQ8vLKJXGHIzQ4iuJ6tTqKsxbE5WcYQXhG3xq0nUkN3Z1yG"


class PasswordHasher:
    """Hashes and checks.

    Parameters
    ----------
    cost: int
        log2 of the rounds; 10 is the floor.
    """

    def __init__(self, cost: int) -> None:
        self._cost = cost
        self._nobody = f"$2b${cost:02d}${_NOBODY}"

    def hash(self, password: str) -> str:
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt(self._cost)).decode()

    def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the one of that hash; a missing hash costs the same time and is False."""
        raw = password.encode()
        # bcrypt refuses more than 72 bytes: no stored password has them, and the time must not tell.
        storable = len(raw) <= PASSWORD_MAX_BYTES and b"\0" not in raw
        matches = bcrypt.checkpw(raw if storable else b"-", (password_hash or self._nobody).encode())
        return matches and storable and password_hash is not None
