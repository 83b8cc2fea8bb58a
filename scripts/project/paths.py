"""Where the project's files are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def shown(path: Path) -> Path:
    """Return a path as people write it: from the project's folder, where it lies inside."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
