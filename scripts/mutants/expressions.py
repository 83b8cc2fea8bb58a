"""Condition expressions of DynamoDB, as far as one must understand them to take one term out.

A term is weakened and not left out: `c` becomes `(c OR attribute_not_exists(anything))`, which is always true and still
uses the names and values that go with it. Left out, it would be DynamoDB that refuses the call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ALWAYS = "attribute_not_exists(anything)"

_TOKEN = re.compile(r"\(|\)|\b(?:AND|OR|BETWEEN)\b")


def weakened(expression: str, start: int, end: int) -> str:
    """The expression with the term between these positions made true."""
    return f"{expression[:start]}({expression[start:end]} OR {ALWAYS}){expression[end:]}"


def terms(expression: str) -> list[tuple[int, int]]:
    """Where the terms of every conjunction stand, inner ones too; the whole expression where it is none.

    `a AND (b OR c AND d)` has the terms `a`, `(b OR c AND d)`, `c` and `d`. A part that goes on from
    something before it, as ` AND a` does, has the term `a`.
    """
    found = list(_terms(expression, 0, len(expression)))
    return found or [_trimmed(expression, 0, len(expression))]


def _terms(expression: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for alternative in _split(expression, start, end, "OR"):
        parts = _split(expression, *alternative, "AND")
        continues = len(parts) > 1
        for part in parts:
            first, last = _trimmed(expression, *part)
            if first >= last:
                continue
            if continues:
                yield first, last
            if expression[first] == "(" and _closing(expression, first) == last - 1:
                yield from _terms(expression, first + 1, last - 1)


def _split(expression: str, start: int, end: int, word: str) -> list[tuple[int, int]]:
    """The parts between the operators of that name that are in no parentheses; BETWEEN has an AND of its own."""
    parts, depth, ranges, first = [], 0, 0, start
    for token in _TOKEN.finditer(expression, start, end):
        text = token[0]
        if text in "()":
            depth += 1 if text == "(" else -1
        elif depth == 0 and text == "BETWEEN":
            ranges += 1
        elif depth == 0 and text == "AND" and ranges:
            ranges -= 1
        elif depth == 0 and text == word:
            parts.append((first, token.start()))
            first = token.end()
    return [*parts, (first, end)]


def _closing(expression: str, opening: int) -> int:
    depth = 0
    for position in range(opening, len(expression)):
        depth += (expression[position] == "(") - (expression[position] == ")")
        if depth == 0:
            return position
    return -1


def _trimmed(expression: str, start: int, end: int) -> tuple[int, int]:
    text = expression[start:end]
    return start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
