"""Items in JSON, as DynamoDB has them on the wire: bytes are texts there."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any


def from_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as a client takes and gives it: with bytes, which JSON does not have."""
    return {name: _decoded(one) for name, one in item.items()}


def _decoded(typed: dict[str, Any]) -> dict[str, Any]:
    if "B" in typed:
        return {"B": base64.b64decode(typed["B"])}
    if "BS" in typed:
        return {"BS": sorted(map(base64.b64decode, typed["BS"]))}
    return typed
