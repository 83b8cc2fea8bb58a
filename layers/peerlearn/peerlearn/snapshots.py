"""State that a function started from a SnapStart snapshot must have anew.

A snapshot is taken after the imports. Nothing here opens a connection, reads a secret or the time at import, so its
contents are harmless but for the state of `random`: all that are restored from it would wait for the same "random"
times. Providers that a warm-up has made before nevertheless are forgotten, and made again on their next use.
"""

from __future__ import annotations

import random
import sys
from importlib import import_module

from peerlearn.settings import starts_from_snapshot

_MAKERS = ("peerlearn.bootstrap.", "peerlearn.settings")


def register() -> None:
    """Has Lambda call `refresh` after each restore; where there are no snapshots, nothing."""
    if starts_from_snapshot():
        # part of Lambda's runtimes that have SnapStart, and of no others
        import_module("snapshot_restore_py").register_after_restore(refresh)


def refresh() -> None:
    """Seed `random` anew, and forget what was made: keys are read again, and settings too."""
    random.seed()
    forget_providers()


def forget_providers() -> None:
    """Empty every provider, so that its next use makes a new client, with connections and credentials of its own."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_MAKERS):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
