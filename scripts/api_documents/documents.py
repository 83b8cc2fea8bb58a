"""Which documents there are, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.api_documents.asyncapi import asyncapi
from scripts.api_documents.openapi import openapi
from scripts.project.paths import ROOT

DOCUMENTS: dict[Path, Callable[[], dict[str, Any]]] = {
    ROOT / "docs" / "openapi.json": openapi,
    ROOT / "docs" / "asyncapi.json": asyncapi,
}


def written(document: dict[str, Any]) -> str:
    """The file's text: the same for the same document."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
