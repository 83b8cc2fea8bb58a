"""Values of a YAML file, each with its line, within bounds.

The parser's events are read as they come, so that what is too deep or too much is told before anything is made of it.
A file is taken to be somebody's mistake before it is taken apart: no tag makes anything, aliases are counted as what
they stand for.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from scripts.cli.course_fields import Mistake, Unreadable, shown

# The file, its list, a course, its modules, a module and a value of it are six.
DEPTH_MAX = 20
# A course with all its modules has some 1,030 values.
VALUES_MAX = 5_000
# The nodes that all aliases of a file stand for, those within them included.
ALIASED_MAX = 250_000

# libyaml's parser is ten times as quick; PyYAML may have been built without it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "<<"
_TAGS = (None, "!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")))
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class Node:
    """A value of the file: a text, a list, or a mapping of names to the line of the name and the value.

    Attributes
    ----------
    is_plain: bool
        Whether it is a text without quotes and tag.
    size, depth: int
        How many values it is, and how many are within each other, aliases followed.
    """

    line: int
    content: str | list[Node] | dict[str, tuple[int, Node]]
    is_plain: bool = False
    size: int = 1
    depth: int = 1

    def hold(self, inner: Node) -> None:
        self.size += inner.size
        self.depth = max(self.depth, inner.depth + 1)


@dataclass(slots=True)
class Composer:
    """Makes nodes of events, within bounds."""

    text: str
    mistakes: list[Mistake] = field(default_factory=list)
    _anchors: dict[str, Node | None] = field(default_factory=dict)
    _values: int = 0
    _aliased: int = 0
    _events: Iterator[Any] = field(init=False)
    _line_starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._events = yaml.parse(self.text, Loader=_Loader)
        self._line_starts = [found.end() for found in _LINE_BREAK.finditer(self.text)]

    def next(self) -> Any:
        return next(self._events)

    def begin_value(self) -> None:
        """Counts from here on: a course, or a field beside the list."""
        self._values = 0

    def line(self, event: Any) -> int:
        """The line of an event, as editors count: the parser would count other characters as ends of lines too."""
        return self.line_at(event.start_mark.index)

    def line_at(self, index: int) -> int:
        return bisect_right(self._line_starts, index) + 1

    def mistake_of(self, error: yaml.YAMLError) -> Mistake:
        """Return the parser's message about text that is not YAML."""
        if isinstance(error, yaml.reader.ReaderError):
            index = error.position
            if _Loader is not yaml.SafeLoader:
                # libyaml counts bytes
                index = len(self.text.encode()[:index].decode(errors="ignore"))
            message = f"the character U+{int(error.character):04X} is not allowed"
            return Mistake(self.line_at(index), f"is not YAML: {message}")
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        message = getattr(error, "problem", None) or getattr(error, "context", None) or str(error)
        return Mistake(self.line_at(mark.index) if mark else 1, f"is not YAML: {message}")

    def compose(self, event: Any, depth: int) -> Node:
        """The node that begins with the event, which is `depth` values below the top.

        Raises
        ------
        Unreadable
            Too deep, too much, or an alias of nothing.
        """
        line = self.line(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), line, depth)
        self._values += 1
        if self._values > VALUES_MAX:
            raise Unreadable(line, f"more than {VALUES_MAX} values in one course")
        if depth > DEPTH_MAX:
            raise Unreadable(line, f"more than {DEPTH_MAX} levels within each other")
        if event.tag not in _TAGS:
            tag = shown(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self.mistakes.append(Mistake(line, f"is not YAML that can be read: write the value without its tag {tag}"))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = Node(line, event.value, is_plain=event.implicit[0])
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(line, depth)
        else:
            node = self._mapping(line, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def name(self, event: Any, depth: int) -> Node | None:
        """The name of a field; None, and a mistake, where it is a list or a mapping."""
        node = self.compose(event, depth)
        if isinstance(node.content, str):
            return node
        self.mistakes.append(Mistake(node.line, "the name of a field must be a text"))
        return None

    def _alias(self, anchor: str, line: int, depth: int) -> Node:
        if anchor not in self._anchors:
            raise Unreadable(line, f"*{shown(anchor)} stands for nothing: there is no &{shown(anchor)} before it")
        node = self._anchors[anchor]
        if node is None:
            raise Unreadable(line, f"*{shown(anchor)} stands for what it is in itself")
        self._aliased += node.size
        if self._aliased > ALIASED_MAX:
            raise Unreadable(line, f"the aliases up to here stand for more than {ALIASED_MAX} values")
        if depth + node.depth - 1 > DEPTH_MAX:
            raise Unreadable(line, f"more than {DEPTH_MAX} levels within each other")
        return node

    def _sequence(self, line: int, depth: int) -> Node:
        items: list[Node] = []
        node = Node(line, items)
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.compose(event, depth + 1))
            node.hold(items[-1])
        return node

    def _mapping(self, line: int, depth: int) -> Node:
        fields: dict[str, tuple[int, Node]] = {}
        merged: list[Node] = []
        node = Node(line, fields)
        names: set[str] = set()
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            name_line = self.line(event)
            name = self.name(event, depth + 1)
            value = self.compose(self.next(), depth + 1)
            if name is None:
                continue
            text = str(name.content)
            if text in names:
                self.mistakes.append(Mistake(name_line, f"{shown(text)}: is here twice"))
            elif text == _MERGE and name.is_plain:
                merged += self._merged(value, name_line)
            else:
                fields[text] = name_line, value
            names.add(text)
        # A mapping's own keys come before those that it merges, and the first mapping that it merges wins.
        for source in merged:
            if isinstance(source.content, dict):
                for text, found in source.content.items():
                    fields.setdefault(text, found)
        # Merged keys are in the mapping, not below it: courses may merge one another in a long row.
        for _, value in fields.values():
            node.hold(value)
        return node

    def _merged(self, value: Node, line: int) -> list[Node]:
        sources = value.content if isinstance(value.content, list) else [value]
        if all(isinstance(source.content, dict) for source in sources):
            return sources
        self.mistakes.append(Mistake(line, f"{_MERGE}: must be a mapping, or a list of mappings, to take fields from"))
        return []
