"""Rewrites modules of packages in a build, so that they import less at their start."""

from __future__ import annotations

import ast
import json
from pathlib import Path

_LAZY_END = """

_LAZY = {table}


def __getattr__(name):
    try:
        module, attribute = _LAZY[name]
    except KeyError:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}") from None
    from importlib import import_module

    value = globals()[name] = getattr(import_module(module, __name__), attribute)
    return value
"""


def make_lazy(init: Path) -> None:
    """Rewrites a package's `from x import name` so that `x` is imported when `name` is first asked for."""
    source = init.read_text()
    if "_LAZY = " in source:
        return
    tree = ast.parse(source)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    lines = source.splitlines()
    table: dict[str, tuple[str, str]] = {}
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or node.module == "__future__":
            continue
        names = {alias.asname or alias.name: alias.name for alias in node.names}
        # names that the package itself uses are imported as before
        if names.keys() & (called | read):
            continue
        module = "." * node.level + (node.module or "")
        table |= {name: (module, attribute) for name, attribute in names.items()}
        for number in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[number] = ""
    init.write_text("\n".join(lines).rstrip("\n") + "\n" + _LAZY_END.format(table=json.dumps(table, indent=4)))


def postpone(path: Path, imported: str) -> None:
    """Moves an import from the head of a module to right before its first use in each function."""
    source = path.read_text()
    tree = ast.parse(source)
    lines = source.splitlines()
    for node in tree.body:
        if isinstance(node, ast.Import) and [alias.name for alias in node.names] == [imported]:
            names = {node.names[0].asname or imported.partition(".")[0]}
        elif isinstance(node, ast.ImportFrom) and node.module == imported:
            names = {alias.asname or alias.name for alias in node.names}
        else:
            continue
        lines[node.lineno - 1] = ""
        # from the end, so that the numbers of lines before stay right
        for function in reversed([one for one in tree.body if isinstance(one, ast.FunctionDef)]):
            statements = [one for one in ast.walk(function) if isinstance(one, ast.stmt) and _names(one) & names]
            if statements:
                first = max(statements, key=lambda one: one.col_offset)
                lines.insert(first.lineno - 1, " " * first.col_offset + ast.unparse(node))
    path.write_text("\n".join(lines) + "\n")


def empty_typed_dictionaries(module: Path) -> None:
    """Takes the fields out of a module's TypedDict classes: at run time those are plain dictionaries."""
    source = module.read_text()
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "TypedDict" for base in node.bases):
            for field in node.body:
                if isinstance(field, ast.AnnAssign):
                    for number in range(field.lineno - 1, field.end_lineno or field.lineno):
                        lines[number] = ""
                    lines[field.lineno - 1] = "    pass"
    module.write_text("\n".join(lines) + "\n")


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
