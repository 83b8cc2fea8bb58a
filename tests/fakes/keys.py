"""A key ring without Secrets Manager."""

from __future__ import annotations

from collections.abc import Iterator

from peerlearn.adapters.keyring import SigningKey


def signing_key(number: int = 1) -> SigningKey:
    return SigningKey(f"version-{number}", f"{number:064d}".encode())


class FakeKeyRing:
    """The current key and the previous one, as on AWS; `lookups` counts questions about unknown ones."""

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

    def known(self) -> Iterator[SigningKey]:
        yield from self._keys
