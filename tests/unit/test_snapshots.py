"""An object made before a snapshot is not used after it, and no two restored from one draw the same numbers."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from peerlearn import snapshots
from peerlearn.bootstrap.security import public_keys
from peerlearn.http.app import create_app
from peerlearn.settings import settings


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """Functions that the runtime was asked to call."""
    asked: list[Callable[[], None]] = []
    runtime = ModuleType("snapshot_restore_py")
    runtime.register_after_restore = asked.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", runtime)
    return asked


def test_an_endpoint_asks_to_be_refreshed_where_there_are_snapshots(
    hooks: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    create_app()
    assert hooks == []
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    create_app()
    assert hooks == [snapshots.refresh]


def test_random_numbers_are_new() -> None:
    state = random.getstate()
    drawn = []
    for _ in range(2):
        random.setstate(state)
        snapshots.refresh()
        drawn.append(random.getrandbits(64))
    assert drawn[0] != drawn[1]


def test_keys_clients_and_settings_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "before")
    snapshots.refresh()
    before, ring = settings(), public_keys()
    assert (settings(), public_keys()) == (before, ring)
    monkeypatch.setenv("TABLE_NAME", "after")
    snapshots.refresh()
    assert settings().table_name == "after"
    assert public_keys() is not ring
    snapshots.refresh()
