"""EdDSA over Ed25519 for PyJWT, by libsodium, which refuses what RFC 8032 lets pass: S >= L and keys of small order.

PyJWT's own needs `cryptography`, which weighs ten times as much and takes twice as long.

Sources: https://datatracker.ietf.org/doc/html/rfc8037, https://datatracker.ietf.org/doc/html/rfc5869
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import Any, NoReturn

from jwt import InvalidKeyError, PyJWS
from jwt.algorithms import Algorithm
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

ALGORITHM = "EdDSA"
PUBLIC_KEY_BYTES = 32
_PRIVATE_KEY_BYTES = 64
_SIGNATURE_BYTES = 64
# Tells the derived key from whatever else is ever derived from the same secret.
_DERIVATION = b"peerlearn ed25519 tokens 1"


class Ed25519(Algorithm):
    """Signs with a private key of 64 bytes (seed and public key), verifies with a public one of 32."""

    def prepare_key(self, key: Any) -> bytes:
        if not isinstance(key, bytes):
            raise InvalidKeyError("a key is bytes")
        return key

    def sign(self, msg: bytes, key: bytes) -> bytes:
        if len(key) != _PRIVATE_KEY_BYTES:
            raise InvalidKeyError("not a private key")
        return crypto_sign(msg, key)[:_SIGNATURE_BYTES]

    def verify(self, msg: bytes, key: bytes, sig: bytes) -> bool:
        if len(key) != PUBLIC_KEY_BYTES:
            raise InvalidKeyError("not a public key")
        # Libsodium takes both as one text: another length would move the border between them.
        if len(sig) != _SIGNATURE_BYTES:
            return False
        try:
            crypto_sign_open(sig + msg, key)
        except BadSignatureError:
            return False
        return True

    @staticmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> NoReturn:  # noqa: FBT001, FBT002 (PyJWT's own signature)
        raise NotImplementedError

    @staticmethod
    def from_jwk(jwk: Any) -> NoReturn:
        raise NotImplementedError


def signatures() -> PyJWS:
    """Return what signs and verifies by this algorithm and by no other."""
    jws = PyJWS(algorithms=[])
    jws.register_algorithm(ALGORITHM, Ed25519())
    return jws


@lru_cache(maxsize=4)
def key_pair(secret: bytes) -> tuple[bytes, bytes]:
    """Return the public and the private key of a secret, always the same ones.

    By HKDF-SHA256 without salt: a secret is random text of more entropy than the key has.
    """
    extracted = hmac.digest(b"\0" * hashlib.sha256().digest_size, secret, hashlib.sha256)
    seed = hmac.digest(extracted, _DERIVATION + b"\x01", hashlib.sha256)
    return crypto_sign_seed_keypair(seed)
