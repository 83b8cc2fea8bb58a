"""Courses in CSV, as spreadsheets write it: `capacity` empty is no limit, `modules` are the lines of a cell.

A spreadsheet takes a cell that begins with one of `=+-@` for a formula. Such a text goes out behind an apostrophe,
which comes off when it is read. A text that begins with apostrophes and then such a sign gets one more, and no other.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TextIO

from peerlearn.domain.courses import MODULES_MAX
from scripts.cli.course_fields import COLUMNS, Mistake, Raw, line_at, number, shown

# By their lower case, since a header may be in any.
_BY_LOWER = {column.lower(): column for column in COLUMNS}
_NEEDED = ("title", "subject", "level", "kind", "capacity")
_FREE_TEXTS = ("id", "tutor", "title", "description", "subject")
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAID_DELIMITER = re.compile(r'"?sep=(?P<delimiter>.)"?[,;\t|]*(\r\n|\r|\n|$)', re.IGNORECASE)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")

# Source: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = r"[=+\-@\t\r\n＝＋－＠]"  # noqa: RUF001 (the wide ones are meant)
_DANGEROUS = re.compile(rf"'*{_FORMULA}")
_GUARDED = re.compile(rf"'+{_FORMULA}")

_MODULE = re.compile(r"[ \t]*(?P<minutes>[^ \t]+)[ \t]+(?P<title>.+)", re.DOTALL)
_MODULE_FORM = "must be its minutes, a blank and its title, such as `20 Bowline`"


def entries(text: str) -> Iterator[Raw | Mistake]:
    """Yields the courses of a file in CSV, and what is wrong with how it is written."""
    delimiter, start = _delimiter(text)
    if delimiter not in _DELIMITERS:
        yield Mistake(1, f"sep={shown(delimiter)}: must be one of {', '.join(_DELIMITERS.values())}")
        return
    before = line_at(text, start) - 1
    rows = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    begin = before + 1
    try:
        for row in rows:
            line, begin = begin, before + rows.line_num + 1
            if not row or not any(cell.strip() for cell in row):
                continue
            if header is not None:
                yield _entry(header, row, line)
                continue
            header = _header(row)
            wrong = list(_wrong_columns(header, line))
            yield from wrong
            if wrong:
                return
    except csv.Error as error:
        reason = "a quotation mark that opens here is not closed" if "unexpected end" in str(error) else error
        yield Mistake(begin, f"is not CSV: {reason} (cells are apart by {_DELIMITERS[delimiter]}s)")
        return
    if header is None:
        yield Mistake(1, f"is empty: the first line must name the columns, {', '.join(COLUMNS)}")


def _delimiter(text: str) -> tuple[str, int]:
    """The separator of cells, and where the table begins: as a first line `sep=` says, or else as splits the
    header into the most columns that are known.
    """
    if said := _SAID_DELIMITER.match(text):
        return said["delimiter"], said.end()
    first = next((line for line in io.StringIO(text, newline=None) if any(map(str.isalnum, line))), "")

    def known(delimiter: str) -> int:
        return sum(cell.strip().strip('"').strip().lower() in _BY_LOWER for cell in first.split(delimiter))

    return max(_DELIMITERS, key=known), 0


def _header(row: Sequence[str]) -> list[str]:
    """The columns by their names; empty ones at the end are none."""
    names = [cell.strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    return [_BY_LOWER.get(name.lower(), name) for name in names]


def _wrong_columns(header: Sequence[str], line: int) -> Iterator[Mistake]:
    for name in dict.fromkeys(header):
        if name not in COLUMNS:
            yield Mistake(line, f"{shown(name) or 'a column without a name'}: is not one of {', '.join(COLUMNS)}")
        elif header.count(name) > 1:
            yield Mistake(line, f"{name}: is here twice")
    for name in _NEEDED:
        if name not in header:
            hint = "; leave its cells empty where there is no limit" if name == "capacity" else ""
            yield Mistake(line, f"{name}: the column is missing{hint}")


def _entry(header: Sequence[str], row: Sequence[str], line: int) -> Raw | Mistake:
    if any(cell.strip() for cell in row[len(header) :]):
        return Mistake(line, f"has {len(row)} cells, and there are {len(header)} columns")
    cells = dict(zip(header, row, strict=False))
    if "capacity" not in cells:
        return Mistake(line, "capacity: the line ends before it; leave the cell empty where there is no limit")
    content: dict[str, Any] = {"description": ""}
    for name, cell in cells.items():
        value = _unguarded(cell) if name in _FREE_TEXTS else cell.strip()
        # A description may be empty; other empty cells are as if they were not there.
        if value:
            content[name] = value
    content["capacity"] = number(cells["capacity"].strip()) if cells["capacity"].strip() else None
    lines = (one for one in _LINE_BREAK.split(cells.get("modules", "")) if one.strip(" \t"))
    # One more than are taken is one too many; nobody needs to hear of each of the others.
    content["modules"] = [_module(one) for one in islice(lines, MODULES_MAX + 1)]
    return Raw(line, content, lambda _place: line, _MODULE_FORM)


def _module(text: str) -> dict[str, Any] | str:
    found = _MODULE.fullmatch(text)
    return {"title": _unquoted(found["title"]), "minutes": number(found["minutes"])} if found else text


# -- writing


def dump(courses: Iterable[dict[str, Any]], out: TextIO) -> None:
    """Write courses, one after the other, so that all of them need not be held at once."""
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for course in courses:
        texts = {name: _guarded(course[name]) for name in _FREE_TEXTS}
        modules = "\n".join(f"{module['minutes']} {_quoted(module['title'])}" for module in course["modules"])
        writer.writerow({**course, **texts, "modules": modules})


def _guarded(text: str) -> str:
    return f"'{text}" if _DANGEROUS.match(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def _quoted(title: str) -> str:
    """A title for its line: as JSON where it would be several, or where it would be taken for JSON."""
    return json.dumps(title) if _LINE_BREAK.search(title) or title.startswith('"') else title


def _unquoted(title: str) -> str:
    try:
        text = json.loads(title) if title.startswith('"') else title
    except ValueError:
        return title
    return str(text)
