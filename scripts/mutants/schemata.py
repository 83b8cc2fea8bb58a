"""A copy of the sources in which every removal is there at once, each behind a switch.

    if (False if mutants.on(17) else (user is None)):

So nothing is rewritten between two mutants, and a run with none of them on tells which tests come by which.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from scripts.mutants.sites import Site

_IMPORT = "from scripts.mutants import switch as mutants"
# only where they are used: they import what most modules must not
_ROLES = "from scripts.mutants import weaker"
_FUTURE = "from __future__ import annotations"
# files that the tests need and git does not know
_SHARED = (".venv", ".cache")

Span = tuple[int, int]


def copy_tree(root: Path, target: Path) -> None:
    """The files of the working tree that git knows or would know; environments and caches are shared."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = root / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name, follow_symlinks=False)
    for name in _SHARED:
        if (root / name).exists():
            (target / name).symlink_to((root / name).resolve())


def switched(text: str, sites: Sequence[Site]) -> str:
    """A file's text with a switch at each of its sites."""
    source = text.encode()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    at: dict[Span, list[Site]] = defaultdict(list)
    for site in sites:
        node = site.node
        start = starts[node.lineno - 1] + node.col_offset
        at[start, starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)].append(site)
    result = _rendered(source, (0, len(source)), sorted(at, key=lambda span: (span[0], -span[1])), at).decode()
    imports = f"{_IMPORT}; {_ROLES}" if any(site.kind == "role" for site in sites) else _IMPORT
    result = result.replace(_FUTURE, f"{_FUTURE}; {imports}", 1)
    ast.parse(result)
    return result


def _rendered(source: bytes, span: Span, inner: list[Span], at: dict[Span, list[Site]]) -> bytes:
    """The text of a span, the outermost of the spans within it rendered likewise."""
    parts, position = [], span[0]
    while inner:
        first, *rest = inner
        nested = [each for each in rest if each[1] <= first[1]]
        inner = [each for each in rest if each[1] > first[1]]
        if any(each[0] < first[1] for each in inner):
            raise ValueError(f"two removals overlap: {at[first][0].name}")
        parts += [source[position : first[0]], _choice(at[first], _rendered(source, first, nested, at))]
        position = first[1]
    return b"".join([*parts, source[position : span[1]]])


def _choice(sites: Iterable[Site], original: bytes) -> bytes:
    choices = "".join(f"{site.replacement} if mutants.on({site.number}) else " for site in sites)
    return b"(" + choices.encode() + b"(" + original + b"))"


def write_switches(target: Path, sites: Iterable[Site]) -> None:
    """Puts the switches into a copy of the tree."""
    by_file: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        by_file[site.path].append(site)
    for path, found in by_file.items():
        file = target / path
        file.write_text(switched(file.read_text(encoding="utf-8"), found), encoding="utf-8")
