"""Removals that change nothing anybody could see, each with the reason: what else stands in the same place."""

from __future__ import annotations

EQUIVALENTS: dict[str, str] = {}
