"""Which definitions of the product a module reaches: by the names that its own definitions and theirs refer to."""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# A top-level name of a module, e.g. `("peerlearn.bootstrap.core", "table")`.
Name = tuple[str, str]
_ROOTS = ("peerlearn.", "functions.")


def reached_by(module: str, *, not_through: str = "") -> set[Name]:
    """Return every top-level name of the product that a module refers to, directly or through others.

    Parameters
    ----------
    not_through: str
        A module whose own references are left out.
    """
    pending = [(module, name) for name in _definitions(module)]
    found: set[Name] = set()
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending += _references(*one) if one[0] != not_through else ()
    return found


@cache
def _tree(module: str) -> ast.Module:
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return ast.parse(Path(spec.origin).read_text(encoding="utf-8"))


@cache
def _definitions(module: str) -> dict[str, ast.stmt]:
    """Return the statements of a module that define a name, and those that do nothing else, by name."""
    found: dict[str, ast.stmt] = {}
    for number, statement in enumerate(_tree(module).body):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.Assign):
            found |= {target.id: statement for target in statement.targets if isinstance(target, ast.Name)}
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            found[f"statement {number}"] = statement
    return found


@cache
def _imports(module: str) -> dict[str, Name]:
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(_ROOTS)
        for alias in node.names
    }


@cache
def _references(module: str, name: str) -> tuple[Name, ...]:
    definition = _definitions(module).get(name)
    if definition is None:
        return ()
    used = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
    imports, own = _imports(module), _definitions(module)
    return tuple([imports[one] for one in used if one in imports] + [(module, one) for one in used if one in own])
