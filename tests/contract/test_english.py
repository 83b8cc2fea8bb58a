"""Plain English as far as a machine can hold it: no headless clause in a document or in a text for clients.

Docstrings and comments of the product and its programs have none, those of tests do not begin with one.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.project.paths import ROOT
from tests.support.pages import pages
from tests.support.prose import headless_clauses, texts_of

FOLDERS = ("layers", "functions", "scripts", "benchmarks", "tests")
SCRIPTS = [path for ending in ("js", "css") for path in sorted((ROOT / "web").rglob(f"*.{ending}"))]
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
PRODUCT = [path for path in FILES if not path.is_relative_to(ROOT / "tests")]
# Paragraphs, points, and the explanations below the names of parameters and attributes.
PARTS = r"\n\s*\n|\n(?=\s*[-*] )|\n\s+(?=[A-Z])"
# "What a course says of itself" has no subject at first sight; "A course without its modules" has
HEADLESS = re.compile(r"(What|Who|Whoever|Whatever|Whom|Whose)\b(?![^.?]*\?)")


def explanations(text: str) -> Iterator[tuple[int, str]]:
    """Yield the docstrings of a module, and its blocks of comments, with their lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            if docstring:
                yield getattr(node, "lineno", 1), docstring
    first, lines = 0, list[str]()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if lines and token.start[0] != first + len(lines):
                yield first, "\n".join(lines)
                lines = []
            first = first if lines else token.start[0]
            lines.append(token.string.lstrip("# "))
    if lines:
        yield first, "\n".join(lines)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_explanations_begin_with_a_subject(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    headless = [f"{line}: {words}" for line, words in explanations(text) if HEADLESS.match(words)]
    assert not headless


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sentences_of_the_product_have_a_subject(path: Path) -> None:
    headless = [
        f"{line}: {clause}"
        for line, words in explanations(path.read_text(encoding="utf-8"))
        for part in re.split(PARTS, words)
        for clause in headless_clauses(part)
    ]
    assert headless == []


def test_explanations_are_docstrings_and_blocks_of_comments() -> None:
    text = '"""One."""\n\n# Two,\n# three.\nA = 1  # four\n\n\ndef five():\n    """Six.\n\n    Seven.\n    """\n'
    assert list(explanations(text)) == [(1, "One."), (8, "Six.\n\nSeven."), (3, "Two,\nthree.\nfour")]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sentences_of_the_console_have_a_subject(path: Path) -> None:
    opening = re.compile(r"\n *(?:/\*\*?(?:\n \*)? |// )(.*)")
    comments = opening.findall("\n" + path.read_text(encoding="utf-8"))
    assert [words for words in comments if HEADLESS.match(words)] == []


@pytest.mark.parametrize(
    "page", [*pages(), ROOT / "web" / "README.md"], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_sentences_of_a_page_have_a_subject(page: Path) -> None:
    headless = [
        f"{line}: {clause}"
        for line, text in texts_of(page.read_text(encoding="utf-8"))
        for clause in headless_clauses(text)
    ]
    assert headless == []


def texts_for_clients(value: Any, key: str = "") -> Iterator[str]:
    """Yield the summaries, descriptions and messages of an API document."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from texts_for_clients(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from texts_for_clients(part)
    elif isinstance(value, str) and key in ("summary", "description", "message"):
        yield value


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_sentences_for_clients_have_a_subject(name: str) -> None:
    document = json.loads((ROOT / "docs" / name).read_text(encoding="utf-8"))
    texts = set(texts_for_clients(document))
    assert len(texts) > 20
    assert [clause for text in texts for clause in headless_clauses(text)] == []


def test_names_of_tests_have_a_subject() -> None:
    """`test_erased_tutor_makes_no_course` has one at first sight, `test_who_has_gone_makes_no_course` has not."""
    headless = re.compile(r"^ *(?:async )?def (test_(?:what|who|whoever|whatever|whom|whose)(?:_\w*)?)\(", re.MULTILINE)
    named = {
        f"{path.relative_to(ROOT).as_posix()}: {name}"
        for path in (ROOT / "tests").rglob("*.py")
        for name in headless.findall(path.read_text(encoding="utf-8"))
    }
    assert named == set()


@pytest.mark.parametrize(
    ("words", "is_headless"),
    [
        ("What a course says of itself.", True),
        ("Who may call an endpoint.", True),
        ("Whoever sends no key starts without this.", True),
        ("A course without its modules.", False),
        ("Return what a mutant removes.", False),
        ("Whether the connection is alive.", False),
        ("What is wrong here? Nothing.", False),
    ],
)
def test_headless_clauses_are_seen(words: str, *, is_headless: bool) -> None:
    assert bool(HEADLESS.match(words)) == is_headless


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Who waits is told.", ["Who waits is told"]),
        ("Some come late; who waits is told.", ["who waits is told"]),
        ("It goes to whoever asks.", ["whoever asks"]),
        ("**Who comes too late** is told.", ["Who comes too late** is told"]),
        ("Learners who wait are told, and those who left, who are none.", []),
        ("Who is told? Everybody.", []),
        ("It says who waits and what they wait for.", []),
    ],
)
def test_headless_clauses_are_seen_within_a_text(text: str, clauses: list[str]) -> None:
    assert headless_clauses(text) == clauses


def test_texts_of_a_page_are_its_paragraphs_items_and_cells() -> None:
    page = "# What\n\nOne\ntwo.\n- three\n  four\n\n| a | b |\n\n    What\n\n```sh\nwhat\n```\n"
    assert list(texts_of(page)) == [(3, "One two."), (5, "three four"), (8, "a"), (8, "b")]
