"""Removals from the product's sources, found in their syntax trees.

condition   a term of a condition expression of `persistence`
filter      a term of a filter that decides who is shown
own write   a comparison of the item in the way with the caller's own write: taken as true, and as false
guard       an `if` that ends in a refusal, and each term of its test
predicate   a function that such a test calls: each term of its answer, and all of it
grant       where a function refuses in the end: an exception that lets somebody in before
call        a call that does nothing but refuse, or that adds a requirement to a write
role        the role that an endpoint demands: the next weaker dependency, and one without roles
token       a demand on a token or a signature
upload      a condition of an upload form
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scripts.mutants.conditions import condition_edits
from scripts.mutants.refusing import call_edits, grant_edits, guard_edits, predicate_edits, refusals, refusing_functions
from scripts.mutants.required import own_write_edits, role_edits, token_edits, upload_edits
from scripts.mutants.sources import Edit, Source

PACKAGE = "layers/peerlearn/peerlearn"


@dataclass(frozen=True, slots=True)
class Site:
    """One removal: `number` switches it on, `name` stays the same while lines move."""

    number: int
    name: str
    kind: str
    path: str
    line: int
    where: str
    removed: str
    node: ast.expr = field(compare=False)
    replacement: str


def find_sites(root: Path) -> list[Site]:
    """Every removal, in the order of files and lines."""
    sources = [Source.of(root, path) for path in sorted(_files(root))]
    refused = refusals(sources)
    refusing = refusing_functions(sources, refused)
    edits: list[tuple[Source, Edit]] = []
    for source in sources:
        found = [
            *guard_edits(source, refused, refusing),
            *grant_edits(source, refusing),
            *own_write_edits(source),
            *call_edits(source),
            *role_edits(source),
            *token_edits(source),
        ]
        found += upload_edits(source)
        if "/persistence/" in source.path:
            found += [Edit(*each) for each in condition_edits(source.tree, source.path)]
        edits += [(source, edit) for edit in found]
    edits += predicate_edits(sources, [edit for _, edit in edits if edit.kind == "guard"])
    return _numbered(edits)


def _files(root: Path) -> Iterator[Path]:
    for folder in (PACKAGE, "functions"):
        for path in (root / folder).rglob("*.py"):
            if "__pycache__" not in path.parts and path.stat().st_size:
                yield path


def _numbered(edits: Iterable[tuple[Source, Edit]]) -> list[Site]:
    ordered = sorted(edits, key=lambda each: (each[0].path, each[1].node.lineno, each[1].node.col_offset))
    sites: list[Site] = []
    seen: set[tuple[str, int, int, int | None, int | None, str]] = set()
    namesakes: Counter[str] = Counter()
    for source, edit in ordered:
        node = edit.node
        place = (source.path, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, edit.replacement)
        if place in seen:
            continue
        seen.add(place)
        where = source.qualified_name(node)
        name = f"{source.path}:{where}: {edit.kind}: {edit.removed}"
        namesakes[name] += 1
        if namesakes[name] > 1:
            name += f" ({namesakes[name]})"
        sites.append(
            Site(len(sites) + 1, name, edit.kind, source.path, node.lineno, where, edit.removed, node, edit.replacement)
        )
    return sites


# -- what refuses ------------------------------------------------------------------------------------------------------
