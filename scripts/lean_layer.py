"""Makes the modules of a build start faster, without changing what they do.

1. Names that only annotations use are not imported: each of these modules has `from __future__ import annotations`, and
   nothing reads the annotations of the packages below while it runs.
2. Dataclasses are frozen in the sources, where types and tests hold to it. In a build nothing does: the check of each
   assignment takes half the time of making such a class, and most of that of making an object. So do those of
   annotated_types, which pydantic imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

# The annotations of `http`, of `settings` and of the functions are read: pydantic makes models of them.
PACKAGES = ("adapters", "bootstrap", "domain", "events", "persistence", "services")
_LAYER = "*/python/peerlearn"
# Both have the fields' hash; only one checks each assignment.
_FROZEN, _THAWED = "@dataclass(frozen=True, ", "@dataclass(unsafe_hash=True, "


def quicken(folder: Path) -> None:
    """Works on a build folder in place; a second time finds nothing left to do."""
    for package in PACKAGES:
        for module in folder.glob(f"{_LAYER}/{package}/**/*.py"):
            module.write_text(without_typing_imports(module.read_text()))
    for pattern in (f"{_LAYER}/**/*.py", "*/functions/**/*.py", "*/python/annotated_types/*.py"):
        for module in folder.glob(pattern):
            if _FROZEN in (source := module.read_text()):
                module.write_text(source.replace(_FROZEN, _THAWED))


def without_typing_imports(source: str) -> str:
    """Return a module without the project's names that only its annotations use."""
    tree = ast.parse(source)
    used = set(_names_that_run(tree))
    lines = source.splitlines()
    # from the end, so that the numbers of lines before stay right
    for node in reversed(tree.body):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("peerlearn"):
            continue
        kept = [alias for alias in node.names if (alias.asname or alias.name) in used]
        if len(kept) < len(node.names):
            text = [ast.unparse(ast.ImportFrom(node.module, kept, node.level))] if kept else []
            lines[node.lineno - 1 : node.end_lineno] = text
    return "\n".join(lines) + "\n"


def _names_that_run(tree: ast.AST) -> Iterator[str]:
    """Yield each name outside annotations."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.Name):
                yield node.id
            if isinstance(node, ast.AST):
                yield from _names_that_run(node)
