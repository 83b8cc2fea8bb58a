"""Modules and functions stay short enough to be read at once. A module that is one table of data may be longer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scripts.project.paths import ROOT

MODULE_LINES = 300
FUNCTION_LINES = 40
FOLDERS = ("layers", "functions", "scripts", "benchmarks")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def is_table(text: str) -> bool:
    """Whether a module holds one literal and nothing else, besides its docstring and imports."""
    body = [node for node in ast.parse(text).body if not isinstance(node, ast.Import | ast.ImportFrom)]
    if body and isinstance(body[0], ast.Expr):
        body = body[1:]
    if len(body) != 1 or not isinstance(body[0], ast.Assign | ast.AnnAssign) or body[0].value is None:
        return False
    try:
        ast.literal_eval(body[0].value)
    except ValueError:
        return False
    return True


def long_functions(text: str) -> list[str]:
    """The functions that are longer than the limit, from `def` to their last line."""
    return [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert is_table(text) or len(text.splitlines()) <= MODULE_LINES
    assert not long_functions(text)


def test_every_folder_is_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(FOLDERS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"""Kinds."""\n\nKINDS = {"a": 1, "b": (2, 3)}\n', True),
        ('"""Kinds."""\n\nfrom typing import Final\n\nKINDS: Final = ["a"]\n', True),
        ('"""Kinds."""\n\nKINDS = dict(a=1)\n', False),
        ("A = 1\nB = 2\n", False),
        ("def kinds():\n    return {}\n", False),
        ("KINDS: dict\n", False),
        ('"""Nothing."""\n', False),
    ],
)
def test_a_table_is_told_from_code(text: str, *, expected: bool) -> None:
    assert is_table(text) == expected


@pytest.mark.parametrize(("lines", "is_long"), [(FUNCTION_LINES, False), (FUNCTION_LINES + 1, True)])
@pytest.mark.parametrize("keyword", ["def", "async def"])
def test_a_function_is_measured_with_its_first_line(keyword: str, lines: int, *, is_long: bool) -> None:
    text = f"class Some:\n    @staticmethod\n    {keyword} work():\n" + "        pass\n" * (lines - 1)
    assert bool(long_functions(text)) == is_long
