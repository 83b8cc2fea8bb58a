"""Keys without Secrets Manager and without a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from peerlearn.adapters.ed25519 import key_pair
from peerlearn.adapters.keyring import SigningKey
from peerlearn.adapters.tokens import TokenService
from peerlearn.bootstrap import security
from peerlearn.domain.clock import Clock, utc_now

_PROVIDERS = ("public_keys", "signing_keys", "cursor_keys")


def signing_key(number: int = 1) -> SigningKey:
    return SigningKey(f"version-{number}", f"{number:064d}".encode())


class FakeKeyRing:
    """The current key and the previous one, for all who ask; `lookups` counts questions about unknown ones."""

    def __init__(self, current: SigningKey | None = None) -> None:
        self._keys = [current or signing_key()]
        self.lookups = 0

    def rotate(self, key: SigningKey) -> None:
        self._keys = [key, self._keys[0]]

    def current(self) -> SigningKey:
        return self._keys[0]

    def find(self, kid: str) -> SigningKey | None:
        found = next((key for key in self._keys if key.kid == kid), None)
        self.lookups += found is None
        return found

    def public_key(self, kid: str) -> bytes | None:
        found = self.find(kid)
        return key_pair(found.secret)[0] if found else None

    def known(self) -> Iterator[SigningKey]:
        yield from self._keys


def fake_tokens(keys: FakeKeyRing | None = None, clock: Clock = utc_now) -> TokenService:
    """Tokens of such keys."""
    keys = keys or FakeKeyRing()
    return TokenService(keys, keys, clock)


@contextmanager
def fake_keys() -> Iterator[FakeKeyRing]:
    """The product's own providers give such keys while this lasts."""
    keys = FakeKeyRing()
    with ExitStack() as stack:
        for name in _PROVIDERS:
            stack.enter_context(mock.patch.object(security, name, return_value=keys))
        yield keys
