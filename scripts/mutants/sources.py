"""Sources as syntax trees, and what is in the place of one of their expressions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Edit:
    """An expression of a source, and what is in its place once something is removed.

    Attributes
    ----------
    node: ast.expr
        The expression in the tree of its file.
    replacement: str
        Source text.
    removed: str
        The part that is gone, for people.
    """

    kind: str
    node: ast.expr
    replacement: str
    removed: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file, with its tree and the functions around each of its nodes."""

    path: str
    text: str
    tree: ast.Module
    parents: dict[ast.AST, ast.AST]

    @classmethod
    def of(cls, root: Path, path: Path) -> Source:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        return cls(path.relative_to(root).as_posix(), text, tree, parents)

    def qualified_name(self, node: ast.AST) -> str:
        names = []
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.append(node.name)
        return ".".join(reversed(names))
