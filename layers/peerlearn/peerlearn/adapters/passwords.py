"""bcrypt. A password is never trimmed, cut or changed in case."""

from __future__ import annotations

import bcrypt

from peerlearn.domain.passwords import PASSWORD_MAX_BYTES, prepared, spellings

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

    def hash(self, password: str) -> str:
        """Return the hash of the password's prepared spelling.

        Raises
        ------
        ValueError
            It has more than 72 bytes or a NUL character; the policy refuses both.
        """
        return bcrypt.hashpw(prepared(password).encode(), bcrypt.gensalt(self._cost)).decode()

    def verify(self, password: str, password_hash: str | None) -> bool:
        """Return whether the hash is of this password, in its prepared spelling or, as older hashes are, as typed.

        A missing hash is False. Each False takes the same work: that of the setting's cost for each spelling.
        """
        texts = spellings(password)
        known = password_hash or _nobody(self._cost)
        # any() would stop at the first one alike for everybody: only a right password is told from a wrong one by it.
        if any(_matches(text, known) for text in texts) and password_hash is not None:
            return True
        # 2^c + 2^c + 2^(c+1) + ... + 2^(cost-1) = 2^cost: a hash of a lower cost does not tell that it is there.
        for cost in range(_cost_of(known), self._cost):
            for text in texts:
                _matches(text, _nobody(cost))
        return False

    def needs_renewal(self, password: str, password_hash: str) -> bool:
        """Return whether a hash that `password` has just been verified against is to be replaced by a new one.

        It is where its cost is not the setting's, or where it is of a spelling that is not the prepared one.
        """
        if _cost_of(password_hash) != self._cost:
            return True
        return len(spellings(password)) > 1 and not _matches(prepared(password), password_hash)


def _nobody(cost: int) -> str:
    return f"$2b${cost:02d}${_NOBODY}"


def _cost_of(password_hash: str) -> int:
    # $2b$12$...
    return int(password_hash.split("$")[2])


def _matches(text: str, password_hash: str) -> bool:
    raw = text.encode()
    # bcrypt refuses more than 72 bytes: no stored password has them, and the time must not tell.
    storable = len(raw) <= PASSWORD_MAX_BYTES and b"\0" not in raw
    return bcrypt.checkpw(raw if storable else b"-", password_hash.encode()) and storable
