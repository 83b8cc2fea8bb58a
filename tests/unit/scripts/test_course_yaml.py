"""The syntax of a file of courses in YAML, and the mistakes that are told with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.cli.course_files import MISTAKES_MAX
from scripts.cli.yaml_nodes import ALIASED_MAX, DEPTH_MAX, VALUES_MAX
from tests.unit.scripts.course_file import YAML, only_entry, read_of, said

BASE = "description: x, subject: Crafts, level: beginner, kind: course, capacity: 1, modules: []"


TAKEN = {
    "as it is": YAML,
    "quoted names": YAML.replace("title: Knots", '"title": "Knots"'),
    "JSON": f'{{"courses": [{{"id": "a", "title": "Knots", {BASE}}}]}}',
    "a document's marks": f"%YAML 1.1\n---\n{YAML}...\n",
    "CRLF": YAML.replace("\n", "\r\n"),
    "the whole list further in": YAML.replace("\n  ", "\n      "),
    "comments": "# all\n" + YAML.replace("12", "12 # seats"),
    "a merged mapping": f"courses:\n  - <<: {{{BASE}}}\n    id: a\n    title: Knots\n",
    "what is said itself wins": f"courses:\n  - title: Knots\n    <<: {{title: Reef, {BASE}}}\n    id: a\n",
    "a list of merged mappings": f"courses:\n  - id: a\n    <<: [{{title: Knots}}, {{title: Reef, {BASE}}}]\n",
    "merged in what is merged": f"courses:\n  - id: a\n    <<: {{<<: {{title: Knots}}, {BASE}}}\n",
    "merged into a module": YAML.replace("- title: Bowline", "- <<: {title: Bowline}"),
    "aliases of values": YAML.replace("id: a", "id: &a a").replace("Six that hold.", "*a"),
    "an anchor that is used again": YAML.replace("id: a", "id: &x a").replace("Knots", "&x Knots"),
    "tags of text, list and mapping": YAML.replace("- id", "- !!map\n    id").replace("Knots", "!!str Knots"),
    "a time": YAML + "    startsAt: null\n",
}


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_structure_is_read(tmp_path: Path, text: str) -> None:
    entry = only_entry(read_of(tmp_path, "yaml", text))
    assert (entry.name, entry.course.title) == ("a", "Knots")


def test_courses_take_fields_from_one_before(tmp_path: Path) -> None:
    text = YAML.replace("- id: a", "- &first\n    id: a") + "  - {<<: *first, id: b, capacity: null}\n"
    first, second = read_of(tmp_path, "yaml", text).entries
    assert (second.name, second.course.capacity) == ("b", None)
    assert second.course.modules == first.course.modules


def test_courses_take_fields_in_long_row(tmp_path: Path) -> None:
    row = "".join(f"  - &c{number + 1} {{<<: *c{number}, id: b{number}}}\n" for number in range(500))
    found = read_of(tmp_path, "yaml", YAML.replace("- id: a", "- &c0\n    id: a") + row)
    assert (len(found.entries), found.mistakes) == (501, [])
    assert {entry.course.title for entry in found.entries} == {"Knots"}


def test_mistake_in_what_is_merged_is_told_where_it_stands(tmp_path: Path) -> None:
    text = YAML.replace("- id: a", "- &first\n    id: a").replace("12", "012") + "  - {<<: *first, id: b}\n"
    found = said(read_of(tmp_path, "yaml", text))
    assert [wrong.split(" must")[0] for wrong in found] == ["9: capacity:", "9: capacity:"]


WRONG = {
    "nothing": ("", "1: is empty"),
    "comments alone": ("# nothing\n", "1: is empty"),
    "a list": ("- a\n", "1: the file must be a mapping with a list named `courses`"),
    "a text": ("courses", "1: the file must be a mapping with a list named `courses`"),
    "no list": ("\ncourses: 3\n", "2: the file must be a mapping with a list named `courses`"),
    "another name": ("x: []\n", "1: x: is not known; the file must be"),
    "a second list": (YAML + "courses: []\n", "12: courses: is here twice"),
    "a second list of courses": (YAML + YAML, "12: courses: is here twice"),
    "something beside the list": (YAML + "version: 1\n", "12: version: is not known"),
    "an alias in place of the list": ("courses: *a\n", "1: *a stands for nothing"),
    "an anchor of the list": ("courses: &a [*a]\n", "1: *a stands for what it is in itself"),
    "a second document": (YAML + "---\ncourses: []\n", "12: a second document begins here"),
    "an empty second document": (YAML + "---\n", "12: a second document begins here"),
    "a course of text": (YAML + "  - Knots\n", "12: a course must be a mapping of its fields"),
    "a course of nothing": (YAML + "  -\n", "12: a course must be a mapping of its fields"),
    "a course of a list": (YAML + "  - [a]\n", "12: a course must be a mapping of its fields"),
    "a field twice": (YAML + "    title: Reef\n", "12: title: is here twice"),
    "a field of a module twice": (YAML + "        minutes: 3\n", "12: minutes: is here twice"),
    "an unknown field": (YAML + "    colour: red\n", "12: colour: is not one of id, tutor, title"),
    "an unknown field of a module": (
        YAML.replace("20", "20\n        room: 4"),
        "12: modules.0.room: is not one of title, minutes",
    ),
    "a field in other letters": (YAML + "    Title: Reef\n", "12: Title: is not one of id, tutor, title"),
    "a list as name": (YAML + "    [a]: b\n", "12: the name of a field must be a text"),
    "a mapping as name": (YAML + "    ? {a: b}\n    : c\n", "12: the name of a field must be a text"),
    "nothing as name": (YAML + "    ?\n    : b\n", "12: '': is not one of"),
    "a text to merge": (YAML + "    <<: b\n", "12: <<: must be a mapping, or a list of mappings"),
    "a list of texts to merge": (YAML + "    <<: [b]\n", "12: <<: must be a mapping, or a list of mappings"),
    "merged twice": (YAML + "    <<: {}\n    <<: {}\n", "13: <<: is here twice"),
    "an alias of nothing": (YAML + "    status: *b\n", "12: *b stands for nothing: there is no &b before it"),
    "a course in itself": ("courses:\n  - &a {x: *a}\n", "2: *a stands for what it is in itself"),
    "merged into itself": ("courses:\n  - &a {<<: *a}\n", "2: *a stands for what it is in itself"),
    "a tag of Python": (YAML + "    status: !!python/object:os.system {}\n", "12: is not YAML that can be read"),
    "a tag that makes numbers": (YAML.replace("12", "!!int abc"), "8: is not YAML that can be read"),
    "a tag of bytes": (YAML.replace("Knots", "!!binary abc"), "3: is not YAML that can be read"),
    "a tag of its own": (YAML.replace("Knots", "!secret abc"), "3: is not YAML that can be read"),
    "an unknown handle": (YAML.replace("Knots", "!x!y abc"), "3: is not YAML: "),
    "a tab": (YAML + "\tstatus: draft\n", "12: is not YAML: "),
    "a list that is not closed": (YAML + "    status: [\n", "13: is not YAML: "),
    "a quotation mark that is not closed": (YAML + '    status: "\n', "13: is not YAML: "),
    "a colon in a title": (YAML.replace("Knots", "Knots: six"), "3: is not YAML: "),
    "a control character": (YAML.replace("Knots", "Kn\x07ots"), "3: is not YAML: the character U+0007 is not allowed"),
    "one behind letters of two bytes": (YAML.replace("Knots", "ěšč\x00"), "3: is not YAML: the character U+0000"),
    "half a character": (YAML.replace("Knots", '"\\ud800"'), "3: is not YAML: "),
    "a list for a text": (YAML.replace("Knots", "[a]"), "3: title: Input should be a valid string"),
    "nothing for a text": (YAML.replace("Knots", ""), "3: title: Input should be a valid string"),
    "a text for the modules": (
        YAML.replace("capacity: 12", "capacity: 1\n    modules: x").split("    modules:\n")[0],
        "9: modules: ",
    ),
    "a text for a module": (
        YAML.replace("- title: Bowline\n        minutes: 20", "- x"),
        "10: modules.0: must be a mapping of title and minutes",
    ),
    "nothing of what is needed": ("courses:\n- {}\n", "2: title: Field required"),
    "an id that is a list": (YAML.replace("id: a", "id: [a]"), "2: id: must be a text of 1 to 200 characters"),
    "an empty id": (YAML.replace("id: a", "id: ''"), "2: id: must be a text of 1 to 200 characters"),
    "an id of 201 characters": (YAML.replace("id: a", "id: " + "a" * 201), "2: id: must be a text of 1 to 200"),
    "an id twice in a line": (
        f"courses: [{{id: a, title: A, {BASE}}}, {{id: a, title: B, {BASE}}}]",
        "1: id: a is in line 1 already",
    ),
    "a name that terminals act on": (YAML + '    "\\e[2J": 1\n', "12: \\x1b[2J: is not one of"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_mistake_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    found = said(read_of(tmp_path, "yaml", text))
    assert any(wrong.startswith(message) for wrong in found), found


def test_lines_are_counted_as_editors_do(tmp_path: Path) -> None:
    text = YAML.replace("Six that hold.", "'a\u2028b\u2029c\x85d'").replace("12", "012")
    (wrong,) = said(read_of(tmp_path, "yaml", text))
    assert wrong.startswith("8: capacity: ")


def bomb(levels: int, width: int = 9) -> str:
    """Lists of aliases of lists of aliases: a few hundred bytes that stand for width ** levels values."""
    rows = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "courses:\n  - " + "\n    ".join(rows) + "\n"


TOO_MUCH = {
    "aliases, 8 levels of 9": (bomb(8), f"8: the aliases up to here stand for more than {ALIASED_MAX} values"),
    "aliases, 17 levels of 2": (bomb(19, 2), "stand for more than"),
    "aliases, 60 levels of 9": (bomb(60), "stand for more than"),
    "aliases, 200 levels of 1": (bomb(200, 1), f"more than {DEPTH_MAX} levels"),
    "aliases of mappings": (bomb(8).replace("[x]", "{x: y}"), "stand for more than"),
    "aliases to merge": (bomb(8).replace("[x]", "{x: y}").replace("a1: &a1 [", "a1: &a1\n      <<: ["), "stand for"),
    "aliases beside the list": (bomb(8).replace("courses:\n  - ", "x:\n    "), "stand for more than"),
    "courses of aliases": (
        f"courses:\n  - &a {{id: a, title: x, {BASE[:-2]}[{'{title: x, minutes: 1},' * 200}]}}\n"
        + "  - *a\n" * 200_000,
        "id: a is in line 2 already",
    ),
    "a course of 1 MiB of lists": ("courses:\n  - a: [" + "[]," * 350_000 + "]\n", f"2: more than {VALUES_MAX} values"),
    "a course of 1 MiB of fields": (
        "courses:\n  - a: b\n" + "".join(f"    k{n}: v\n" for n in range(90_000)),
        f": more than {VALUES_MAX} values in one course",
    ),
    "1 MiB of lists beside the list": ("x: [" + "[]," * 350_000 + "]\n", f"1: more than {VALUES_MAX} values"),
    "1 MiB of names beside the list": ("".join(f"k{n}: v\n" for n in range(100_000)), "1: k0: is not known"),
    "1 MiB of courses of nothing": ("courses:\n" + "- []\n" * 210_000, "2: a course must be a mapping"),
    "1 MiB of empty courses": ("courses:\n" + "- {}\n" * 210_000, "2: title: Field required"),
    "1 MiB of modules": (YAML + "      - {}\n" * 95_000, f": more than {VALUES_MAX} values in one course"),
    "500 modules": (YAML + "      - {title: x, minutes: 1}\n" * 500, "modules: List should have at most 200 items"),
    "1 MiB of one text": (YAML.replace("Knots", "x" * 2**20), "3: title: String should have at most 120"),
    "900 levels": ("courses: " + "[" * 900 + "]" * 900, f"1: more than {DEPTH_MAX} levels within each other"),
    "100,000 levels": ("courses: " + "[" * 100_000, f"1: more than {DEPTH_MAX} levels within each other"),
    "100,000 levels of mappings": ("courses: " + "{a: " * 100_000, f"1: more than {DEPTH_MAX} levels"),
    "levels of dashes": ("courses:\n  - a: " + "\n      " + "- " * 100_000, f"3: more than {DEPTH_MAX} levels"),
    "levels in a name": ("courses:\n  - ? " + "[" * 100_000, f"2: more than {DEPTH_MAX} levels"),
    "levels of names": ("courses:\n  - " + "? " * 100_000, f"2: more than {DEPTH_MAX} levels"),
    "100,000 anchors": ("courses:\n  - [" + ",".join(f"&a{n} x" for n in range(100_000)), f"2: more than {VALUES_MAX}"),
    "100,000 documents": (YAML + "---\n" * 100_000, "12: a second document begins here"),
    "1 MiB of brackets to close": ("]" * 2**20, "1: is not YAML"),
    "1 MiB of quotation marks": ("courses: ['" + "''" * 2**19, "is not YAML"),
    "1 MiB of line ends": ("\n" * 2**20, "1: is empty"),
    "1 MiB of zeros": ("\x00" * 2**20, "1: is not YAML: the character U+0000 is not allowed"),
}


@pytest.mark.parametrize(("text", "message"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    found = said(read_of(tmp_path, "yaml", text))
    assert any(message in wrong for wrong in found), found[:3]
    # what is given up at the first mistake that is too much, or after the last that anybody would read
    assert len(found) <= MISTAKES_MAX + 12
