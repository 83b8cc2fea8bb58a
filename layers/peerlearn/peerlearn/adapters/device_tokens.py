"""Tokens of devices that have signed in before: a random number, and a MAC that ties it to one address.

They open nothing. A sign-in that shows one has a count of wrong passwords of its own, which nobody else can use up.

Source: https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from peerlearn.adapters.keyring import SigningKey, SigningKeys

_BYTES = 16


class DeviceTokens:
    """Issues and recognises them, under the keys that sign."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    def issue(self, email: str) -> str:
        """Return a new device's token for the account of that address."""
        device = secrets.token_hex(_BYTES)
        return f"{device}.{_mac(self._keys.current(), device, email)}"

    def device_of(self, token: str | None, email: str) -> str | None:
        """Return the device that the token names, or None where it is not one of this address."""
        device, _, mac = (token or "").partition(".")
        if len(device) != 2 * _BYTES or not mac.isascii():
            return None
        is_ours = any(hmac.compare_digest(mac, _mac(key, device, email)) for key in self._keys.known())
        return device if is_ours else None


def _mac(key: SigningKey, device: str, email: str) -> str:
    derived = hmac.digest(key.secret, b"device", hashlib.sha256)
    return hmac.digest(derived, f"{device}:{email.lower()}".encode(), hashlib.sha256).hex()
