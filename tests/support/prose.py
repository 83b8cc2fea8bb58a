"""Sentences of documents, docstrings and messages, and the headless clauses in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PRONOUN = "(?:what|who|whom|whose|whatever|whoever|whomever)"
# At the beginning of a text, or of a sentence or clause in it.
_BEGINNING = r"(?:^|(?<=[.!?:;] )|(?<=\*\* ))(?:and |but |so |or |nor |for )?[*_]*"
_FIRST = re.compile(rf"{_BEGINNING}({_PRONOUN}\b[^.;|?]*)", re.IGNORECASE)
# Anywhere: these have no noun before them.
_INSIDE = re.compile(r"\b((?:because|since|nor|for|so that) who\b[^.;|?]*|(?:who|whom)ever\b[^.;|?]*)", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:[-*]|\d+\.) ")


def headless_clauses(text: str) -> list[str]:
    """Return the clauses of a text that have no noun as their subject; questions have none to have."""
    line = " ".join(text.split())
    found = [*_FIRST.finditer(line), *_INSIDE.finditer(line)]
    return [one[1] for one in found if line[one.end() : one.end() + 1] != "?"]


def texts_of(page: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs, list items and cells of a Markdown page with their lines; no headings and no blocks."""
    is_block = False
    paragraph: list[str] = []
    first = 0
    for number, line in enumerate([*page.splitlines(), ""], 1):
        is_block ^= line.startswith("```")
        is_prose = not (is_block or line.startswith(("```", "    ", "#", "<!--", "|")) or not line.strip())
        if paragraph and (not is_prose or _ITEM.match(line)):
            yield first, " ".join(paragraph)
            paragraph = []
        if is_prose:
            first = first if paragraph else number
            paragraph.append(_ITEM.sub("", line, count=1).strip())
        elif line.startswith("|") and not is_block:
            yield from ((number, cell.strip()) for cell in line.split("|") if cell.strip())
