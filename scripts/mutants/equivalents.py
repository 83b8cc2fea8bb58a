"""Removals that change nothing anybody could see, each with the reason."""

from __future__ import annotations

_LAYER = "layers/peerlearn/peerlearn"
_TOKENS = f"{_LAYER}/adapters/tokens.py"

EQUIVALENTS: dict[str, str] = {
    # two locks on one door: each alone refuses every other algorithm
    (
        f"{_TOKENS}:_key_id: guard: header.get('alg') != ALGORITHM"
        " [in set(header) - _HEADER_FIELDS or header.get('alg') != ALGORITHM]"
    ): "`PyJWS.decode` is told the one algorithm",
    f"{_TOKENS}:TokenVerifier._verify: guard: if key is None: Unauthenticated": "PyJWT takes no key but bytes",
    f"{_LAYER}/persistence/submission_writes.py:_storing: condition: attribute_not_exists(PK)": (
        "the award of a first attempt, in the same transaction, is made once"
    ),
    f"{_LAYER}/persistence/sign_in_sessions.py:_rotation: condition: #revoked = :false": (
        "the account's standing, in the same transaction, has lost a session that is revoked"
    ),
}
