"""Opaque cursors: signed, and bound to the query and the caller they were made for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from peerlearn.adapters.keyring import SecretKeys, SigningKey
from peerlearn.domain.paging import not_a_cursor

_SIGNATURE_BYTES = 16


class CursorCodec:
    """HMAC-SHA256 over scope and position, with a secret of its own: functions that list cannot sign tokens with it."""

    def __init__(self, keys: SecretKeys) -> None:
        self._keys = keys

    def encode(self, position: dict[str, Any], scope: str) -> str:
        key = self._keys.current()
        payload = json.dumps([key.kid, position], separators=(",", ":")).encode()
        return _text_of(_signature(key, payload, scope) + payload)

    def decode(self, cursor: str, scope: str) -> dict[str, Any]:
        """The position.

        Raises
        ------
        ValidationFailed
            Altered, cut, from another query, or from another caller.
        """
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            # Decoders skip stray characters and spare bits: only the spelling that was handed out counts.
            if _text_of(raw) != cursor:
                raise not_a_cursor()
            signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
            kid, position = json.loads(payload)
        except (ValueError, TypeError, RecursionError) as error:
            raise not_a_cursor() from error
        key = self._keys.find(kid) if isinstance(kid, str) else None
        if key is None or not hmac.compare_digest(signature, _signature(key, payload, scope)):
            raise not_a_cursor()
        result: dict[str, Any] = position
        return result


def _text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _signature(key: SigningKey, payload: bytes, scope: str) -> bytes:
    derived = hmac.digest(key.secret, b"cursor", hashlib.sha256)
    message = hashlib.sha256(scope.encode()).digest() + payload
    return hmac.digest(derived, message, hashlib.sha256)[:_SIGNATURE_BYTES]
