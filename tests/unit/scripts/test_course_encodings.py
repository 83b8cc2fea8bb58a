"""Files of courses in the encodings, and between the delimiters, that spreadsheets and editors write."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path
from typing import Any

import pytest

from peerlearn.domain.courses import MODULES_MAX
from scripts.cli.course_files import MISTAKES_MAX, write
from tests.unit.scripts.course_file import HEADER, YAML, only_entry, read_of, said, table

TITLE = "Šťastné uzly — «CAFÉ» € ÿ"
WESTERN = "Nœuds — «CAFÉ» € ÿ"

ENCODINGS = {
    "utf-8": (TITLE, "utf-8", b"", "UTF-8"),
    "utf-8 with a mark": (TITLE, "utf-8", codecs.BOM_UTF8, "UTF-8"),
    "utf-16 le": (TITLE, "utf-16-le", codecs.BOM_UTF16_LE, "UTF-16"),
    "utf-16 be": (TITLE, "utf-16-be", codecs.BOM_UTF16_BE, "UTF-16"),
    "utf-16 le without a mark": (TITLE, "utf-16-le", b"", "UTF-16"),
    "utf-16 be without a mark": (TITLE, "utf-16-be", b"", "UTF-16"),
    "utf-32 le": (TITLE, "utf-32-le", codecs.BOM_UTF32_LE, "UTF-32"),
    "utf-32 be": (TITLE, "utf-32-be", codecs.BOM_UTF32_BE, "UTF-32"),
    "utf-16 of emoji": ("Knots 🪢 结", "utf-16-le", codecs.BOM_UTF16_LE, "UTF-16"),
    "windows-1252": (WESTERN, "cp1252", b"", "Windows-1252"),
    "windows-1252, one letter": ("Café", "cp1252", b"", "Windows-1252"),
    "windows-1252, quotation marks": ("“Knots” in 5€", "cp1252", b"", "Windows-1252"),
    "ascii": ("Knots", "ascii", b"", "UTF-8"),
}


@pytest.mark.parametrize("form", ["csv", "yaml"])
@pytest.mark.parametrize(("title", "encoding", "mark", "name"), ENCODINGS.values(), ids=ENCODINGS)
def test_file_in_encoding_is_read(tmp_path: Path, form: str, title: str, encoding: str, mark: bytes, name: str) -> None:
    text = table(title=title) if form == "csv" else YAML.replace("Knots", f"'{title.replace(chr(39), chr(39) * 2)}'")
    found = read_of(tmp_path, form, mark + text.encode(encoding))
    assert only_entry(found).course.title == title
    assert found.encoding == name


BROKEN = {
    "a bad byte in UTF-8": ("Žluťoučký kůň".encode() + b" \xff", "2: is not UTF-8 all through: the byte 0xFF"),
    "UTF-8 that is cut off": ("Žluťoučký".encode()[:-1], "2: is not UTF-8 all through: the byte 0xC3"),
    "no character of Windows-1252": (b"caf\xe9 \x81", "2: is not Windows-1252 all through: the byte 0x81"),
    "a surrogate in UTF-8": ("ěščř".encode() + b"\xed\xa0\x80", "2: is not UTF-8 all through: the byte 0xED"),
}


@pytest.mark.parametrize(("title", "message"), BROKEN.values(), ids=BROKEN)
def test_bytes_that_mean_nothing_are_told_with_their_line(tmp_path: Path, title: bytes, message: str) -> None:
    (wrong,) = said(read_of(tmp_path, "csv", table(title="Knots").encode().replace(b"Knots", title)))
    assert wrong.startswith(message)


def test_half_a_character_of_utf_16_is_told_with_its_line(tmp_path: Path) -> None:
    (wrong,) = said(read_of(tmp_path, "csv", table().encode("utf-16") + b"x"))
    assert wrong.startswith("3: is not UTF-16 all through")


DELIMITED = {
    "comma": table(),
    "semicolon": table(";"),
    "tab": table("\t"),
    "bar": table("|"),
    "sep=;": "sep=;\n" + table(";"),
    "sep=, with CRLF": "sep=,\r\n" + table(),
    "sep= in quotes": '"sep=;"\n' + table(";"),
    "SEP=tab": "SEP=\t\n" + table("\t"),
    "sep= with empty cells behind it": "sep=;;;;;\n" + table(";"),
    "lines end by CRLF": table(";").replace("\n", "\r\n"),
    "lines end by CR": table(";").replace("\n", "\r"),
    "no line end at the end": table().rstrip("\n"),
    "header in capitals": table().replace(HEADER, HEADER.upper()),
    "header in lower case": table().replace(HEADER, HEADER.lower()),
    "header with blanks": table().replace(",", " , ", 9),
    "header in quotes": table(";").replace(HEADER.replace(",", ";"), '"' + HEADER.replace(",", '";"') + '"'),
    "empty columns at the end": table().replace("\n", ",,,\n"),
    "empty columns of the header alone": table().replace("modules\n", "modules,,,\n"),
    "empty columns of the row alone": table().replace("20 Bowline\n", "20 Bowline,, ,\n"),
    "empty lines between": "\n\n" + table().replace("\n", "\n\n"),
    "lines of delimiters alone": ";;;\n" + table(";") + ";;;;;;;;;;;;\n",
    "a byte order mark and sep=": "\ufeffsep=;\n" + table(";"),
    "another order of columns": "kind,level,subject,title,capacity,modules,id\ncourse,beginner,X,Knots,12,20 Bowline,a",
    "blanks around what is no text": table(level=" beginner ", kind="course ", capacity=" 12 "),
    "blanks around the id": table(id="  a\u00a0"),
    "commas in the title, semicolons between": table(";", description="one, two, three, four"),
}


@pytest.mark.parametrize("text", DELIMITED.values(), ids=DELIMITED)
def test_table_is_read(tmp_path: Path, text: str) -> None:
    entry = only_entry(read_of(tmp_path, "csv", text))
    course = entry.course
    assert (entry.name, course.title, course.level.value, course.capacity) == ("a", "Knots", "beginner", 12)
    assert [(module.title, module.minutes) for module in course.modules] == [("Bowline", 20)]


WRONG_TABLES = {
    "an empty file": ("", "1: is empty: the first line must name the columns"),
    "an empty line": ("\n", "1: is empty: the first line must name the columns"),
    "sep= of something else": ("sep=x\n" + table(), "1: sep=x: must be one of comma, semicolon, tab, bar"),
    "no header": ("a,Knots,,Crafts\n", "1: a: is not one of id, tutor, title"),
    "a column twice": (table().replace("id,", "id,ID,", 1), "1: id: is here twice"),
    "an unknown column": (table().replace("id,", "colour,", 1), "1: colour: is not one of id, tutor, title"),
    "a column without a name": (table().replace("id,", ",", 1), "1: a column without a name: is not one of"),
    "a column without a name among empty ones at the end": (",x,," + table(), "1: a column without a name"),
    "no capacity": (
        table().replace("capacity,", "", 1).replace("12,", "", 1),
        "1: capacity: the column is missing; leave its cells empty where there is no limit",
    ),
    "no title": (table().replace("title", "id2", 1), "1: title: the column is missing"),
    "a row that ends too early": (f"{HEADER}\na,Knots,,Crafts,beginner,course\n", "2: capacity: the line ends before"),
    "more cells than columns": (table().replace("Bowline\n", "Bowline,more\n"), "2: has 11 cells, and there are 10"),
    "a cell that is not closed": (
        table() + 'b,"Knots\n\nand,more\n',
        "3: is not CSV: a quotation mark that opens here is not closed (cells are apart by commas)",
    ),
    "text behind a closed cell": (table() + 'b,"Kn"ots\n', "3: is not CSV: "),
    "a cell of 200,000 characters": (table(title="x" * 200_000), "2: is not CSV: field larger than field limit"),
    "a module without minutes": (table(modules="Bowline"), "2: modules.0: must be its minutes, a blank and its title"),
    "a module without a title": (table(modules="20"), "2: modules.0: must be its minutes, a blank and its title"),
    "the line behind a cell of two": (
        table(description='"two\r\nlines"') + "\nb,Knots,,Crafts,expert,course,1\n",
        "5: level: Input should be 'beginner', 'intermediate' or 'advanced' (it is expert)",
    ),
    "the line behind sep=": ("sep=,\r\n" + table(level="expert"), "3: level: "),
    "an id twice": (table() + " a ,Knots,,Crafts,beginner,course,1\n", "3: id: a is in line 2 already"),
    "an id of nothing to see": (table(id="a\u200bb"), "2: id: must be a text of 1 to 200 characters"),
}


@pytest.mark.parametrize(("text", "message"), WRONG_TABLES.values(), ids=WRONG_TABLES)
def test_mistake_of_a_table_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    found = said(read_of(tmp_path, "csv", text))
    assert any(wrong.startswith(message) for wrong in found), found


TOO_MUCH = {
    "1 MiB of delimiters": (";" * 2**20, "1: is not CSV: field larger than field limit"),
    "1 MiB of quotation marks": ('"' * 2**20, "is not CSV"),
    "1 MiB of line ends": ("\n" * 2**20, "1: is empty"),
    "1 MiB of columns": ("x," * 2**19, "1: x: is not one of"),
    "100,000 columns": (",".join(f"c{n}" for n in range(100_000)), "1: c0: is not one of"),
    "1 MiB of rows": (HEADER + "\nx" * 2**19, "2: capacity: the line ends before it"),
    "1 MiB of cells": (table() + "x," * 2**19, "3: has 524289 cells, and there are 10 columns"),
    "500 modules": (table(modules='"' + "1 x\n" * 500 + '"'), "2: modules: List should have at most 200 items"),
    "30,000 modules": (table(modules='"' + "1 x\n" * 30_000 + '"'), "2: modules: List should have at most 200 items"),
    "30,000 lines that are no modules": (table(modules='"' + "x\n" * 30_000 + '"'), "2: modules: List should have"),
    "1 MiB of zeros": ("\x00" * 2**20, "1: "),
    "1 MiB behind sep=": ("sep=" + "x" * 2**20, "1: "),
    "1 MiB of sep=": ("sep=;\n" * 2**17, "2: sep=: is not one of"),
}


@pytest.mark.parametrize(("text", "message"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    found = said(read_of(tmp_path, "csv", text))
    assert any(message in wrong for wrong in found), found[:3]
    # what is given up soon after the last mistake that anybody would read
    assert len(found) <= MISTAKES_MAX + MODULES_MAX


FORMULAS = {
    "=1+1": "'=1+1",
    '=HYPERLINK("https://bad.example")': '\'=HYPERLINK("https://bad.example")',
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": "'\t=1",
    "\r=1": "'\r=1",
    "\n=1": "'\n=1",
    "＝1": "'＝1",  # noqa: RUF001
    "'=1": "''=1",
    "''=1": "'''=1",
    "'@": "''@",
    "'": "'",
    "''": "''",
    "'tis": "'tis",
    "a=1": "a=1",
    " =1": " =1",
    "": "",
    "é=": "é=",
    "- a list\n- of two": "'- a list\n- of two",
}


@pytest.mark.parametrize(("text", "cell"), FORMULAS.items())
def test_formula_is_harmless_in_cell_and_itself_again_when_read(tmp_path: Path, text: str, cell: str) -> None:
    course: dict[str, Any] = {
        "id": "a",
        "tutor": "+t@people.example",
        "title": "Knots",
        "description": text,
        "subject": "Crafts",
    }
    course |= {"level": "beginner", "kind": "course", "capacity": None, "modules": []}
    file = tmp_path / "courses.csv"
    assert write(file, [course]) == 1
    with file.open(encoding="utf-8", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert (row["description"], row["tutor"]) == (cell, "'+t@people.example")
    entry = only_entry(read_of(tmp_path, "csv", file.read_bytes()))
    assert (entry.course.description, entry.tutor) == (text, "+t@people.example")


@pytest.mark.parametrize("text", ["=1+1", "-1", "@home", "'tis", "''", "=", "+"])
def test_cell_that_somebody_has_written_without_guard_is_read_as_it_is(tmp_path: Path, text: str) -> None:
    entry = only_entry(read_of(tmp_path, "csv", table(title=text)))
    assert entry.course.title == text


MODULES = {
    "20 Bowline": "Bowline",
    " 20\t Bowline ": "Bowline",
    '20 "Bowline"': "Bowline",
    '20 "Bowline" and others': '"Bowline" and others',
    '20 "Bow\\u006cine"': "Bowline",
    '20 "Bowline': '"Bowline',
    "20 'Bowline'": "'Bowline'",
    "20 =1+1": "=1+1",
    "20 30 Bowline": "30 Bowline",
    "\n\n20 Bowline\r\n": "Bowline",
}


@pytest.mark.parametrize(("cell", "title"), MODULES.items())
def test_module_is_read_from_its_line(tmp_path: Path, cell: str, title: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    (module,) = only_entry(read_of(tmp_path, "csv", table(modules=quoted))).course.modules
    assert (module.title, module.minutes) == (title, 20)


@pytest.mark.parametrize("title", ['"', '""', '"Bowline"', '"a" b', "'", "=1", "20 Bowline", '"\\n"', "a\\nb"])
def test_module_is_the_same_after_it_was_file(tmp_path: Path, title: str) -> None:
    course: dict[str, Any] = {"id": "a", "tutor": "t", "title": "Knots", "description": "", "subject": "Crafts"}
    course |= {"level": "beginner", "kind": "course", "capacity": None, "modules": [{"title": title, "minutes": 20}]}
    write(tmp_path / "out.csv", [course])
    (module,) = only_entry(read_of(tmp_path, "csv", (tmp_path / "out.csv").read_bytes())).course.modules
    assert module.title == title
