"""Accounts over a table, with a clock and keys of the test's own."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

import pytest

from peerlearn.adapters.tokens import TokenService
from peerlearn.domain.errors import (
    DomainError,
)
from peerlearn.persistence.table import Table
from peerlearn.services.accounts import SignedIn
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.support.accounts import Accounts
from tests.support.wire import Wire

T = TypeVar("T")
THREADS = 32
EMAIL = "ada@people.example"
PASSWORD = "Analytical-1843"
HERE = "192.0.2.1"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def keys() -> FakeKeyRing:
    return FakeKeyRing()


@pytest.fixture
def tokens(keys: FakeKeyRing, clock: FakeClock) -> TokenService:
    return fake_tokens(keys, clock)


@pytest.fixture
def accounts(table: Table, keys: FakeKeyRing, clock: FakeClock) -> Accounts:
    return Accounts(table, keys, clock=clock)


@pytest.fixture
def unreliable(wire: Wire, table_name: str, keys: FakeKeyRing, clock: FakeClock) -> Accounts:
    return Accounts(Table(wire.client, table_name), keys, clock=clock)


@pytest.fixture
def ada(accounts: Accounts) -> SignedIn:
    return accounts.register("Ada", EMAIL, PASSWORD)


def signed_in(results: list[SignedIn | DomainError]) -> list[SignedIn]:
    return [result for result in results if isinstance(result, SignedIn)]


def codes(results: list[SignedIn | DomainError]) -> Counter[str]:
    return Counter(result.code for result in results if isinstance(result, DomainError))
