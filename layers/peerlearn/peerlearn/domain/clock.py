"""Time as the product uses it: UTC, RFC 3339 with a trailing `Z`, milliseconds kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, timezone-aware UTC."""
    return datetime.now(UTC)


def to_rfc3339(moment: datetime) -> str:
    """`2026-01-01T10:00:00.000Z`: fixed width, so that text order is time order (sort keys depend on it)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """The inverse of `to_rfc3339`."""
    return datetime.fromisoformat(text)
