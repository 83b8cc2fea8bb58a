"""Courses in YAML.

The field decides the meaning of its value: a title `012` is a text, and a capacity `012` is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TextIO

import yaml

from scripts.cli.course_fields import Mistake, Place, Raw, Unreadable, number, shown
from scripts.cli.yaml_nodes import Composer, Node

_NULLS = ("", "~", "null", "Null", "NULL")
_NUMBERS = ("capacity", "minutes")
_WRONG_FILE = "the file must be a mapping with a list named `courses`"
_MODULE_FORM = "must be a mapping of title and minutes"


def entries(text: str) -> Iterator[Raw | Mistake]:
    """Yields the courses of a file in YAML, and what is wrong with how it is written."""
    composer = Composer(text)
    try:
        for found in _of_file(composer):
            yield from composer.mistakes
            composer.mistakes.clear()
            yield found
        yield from composer.mistakes
    except Unreadable as error:
        yield from composer.mistakes
        yield error.mistake
    except yaml.YAMLError as error:
        yield from composer.mistakes
        yield composer.mistake_of(error)


def _of_file(composer: Composer) -> Iterator[Raw | Mistake]:
    composer.next()
    if isinstance(composer.next(), yaml.StreamEndEvent):
        yield Mistake(1, "is empty: " + _WRONG_FILE)
        return
    event = composer.next()
    line = composer.line(event)
    if not isinstance(event, yaml.MappingStartEvent):
        yield Mistake(line, _WRONG_FILE)
        return
    names: set[str] = set()
    while not isinstance(event := composer.next(), yaml.MappingEndEvent):
        composer.begin_value()
        name_line = composer.line(event)
        name = composer.name(event, 2)
        text = str(name.content) if name else ""
        event = composer.next()
        if text in names:
            yield Mistake(name_line, f"{shown(text)}: is here twice")
        elif name and text != "courses":
            yield Mistake(name_line, f"{shown(text)}: is not known; {_WRONG_FILE}")
        elif name and isinstance(event, yaml.SequenceStartEvent) and event.anchor is None:
            names.add(text)
            yield from _of_list(composer)
            continue
        elif name:
            yield Mistake(name_line, _WRONG_FILE)
        names.add(text)
        composer.compose(event, 2)
    if "courses" not in names:
        yield Mistake(line, _WRONG_FILE)
    composer.next()
    if not isinstance(event := composer.next(), yaml.StreamEndEvent):
        yield Mistake(composer.line(event), "a second document begins here; a file is one")


def _of_list(composer: Composer) -> Iterator[Raw | Mistake]:
    while not isinstance(event := composer.next(), yaml.SequenceEndEvent):
        composer.begin_value()
        line = composer.line(event)
        node = composer.compose(event, 3)
        if isinstance(node.content, dict):
            yield _raw(node, line)
        else:
            yield Mistake(line, "a course must be a mapping of its fields")


def _raw(node: Node, line: int) -> Raw:
    # An alias stands where it is used, what is in it where it was written.
    return Raw(line, _value("", node), lambda place: _line(node, place) if place else line, _MODULE_FORM)


def _value(name: str, node: Node) -> Any:
    """Return the value that JSON would hold in that field."""
    if isinstance(node.content, dict):
        return {inner: _value(inner, value) for inner, (_, value) in node.content.items()}
    if isinstance(node.content, list):
        return [_value(name, item) for item in node.content]
    if node.is_plain and node.content in _NULLS:
        return None
    return number(node.content) if node.is_plain and name in _NUMBERS else node.content


def _line(node: Node, place: Place) -> int:
    """The line of the place, or of the nearest around it: of a field that is missing, what lacks it."""
    line = node.line
    for part in place:
        if isinstance(node.content, dict) and part in node.content:
            line, node = node.content[str(part)]
        elif isinstance(node.content, list) and isinstance(part, int) and part < len(node.content):
            node = node.content[part]
            line = node.line
        else:
            break
    return line


# -- writing


class _Dumper(yaml.SafeDumper):
    """Lines are kept as lines where they survive that, and everything that cannot be seen is escaped."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    lines = text.split("\n")
    if not all(line.isprintable() for line in lines):
        style: str | None = '"'
    else:
        # The emitter quotes what would not survive as a block.
        style = "|" if len(lines) > 1 else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def dump(courses: Iterable[dict[str, Any]], out: TextIO) -> None:
    """Write courses, one after the other, so that all of them need not be held at once."""
    head = "courses:\n"
    for course in courses:
        out.write(head)
        yaml.dump([course], out, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
        head = ""
    if head:
        out.write("courses: []\n")
