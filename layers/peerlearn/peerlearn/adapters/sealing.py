"""Sealing what only somebody with the secret may read: XSalsa20 and Poly1305 by libsodium.

Source: https://doc.libsodium.org/secret-key_cryptography/secretbox
"""

from __future__ import annotations

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox


class SecretSeal:
    """Seals and opens with a key of 32 bytes."""

    def seal(self, content: bytes, secret: bytes) -> bytes:
        """Return the content so that it can be opened with the same secret alone."""
        return bytes(SecretBox(secret).encrypt(content))

    def open(self, sealed: bytes, secret: bytes) -> bytes:
        """Return the content.

        Raises
        ------
        ValueError
            It was sealed with another secret, or changed since.
        """
        try:
            return bytes(SecretBox(secret).decrypt(sealed))
        except CryptoError as error:
            raise ValueError("not sealed with this secret") from error
