"""Plain English as far as a machine can hold it: no headless clause in a document or in a text for clients.

Docstrings and comments do not begin with one.
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
# "What a course says of itself" has no subject at first sight; "A course without its modules" has
HEADLESS = re.compile(r"(What|Who|Whoever|Whatever|Whom|Whose)\b(?![^.?]*\?)")


def openings(path: Path) -> Iterator[tuple[int, str]]:
    """The beginnings of docstrings and of blocks of comments, with their lines."""
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            if docstring:
                yield getattr(node, "lineno", 1), docstring.partition("\n\n")[0]
    last = -1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield token.start[0], token.string.lstrip("# ")
            last = token.start[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sentences_have_a_subject(path: Path) -> None:
    headless = [f"{line}: {words}" for line, words in openings(path) if HEADLESS.match(words)]
    assert not headless


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
