"""Courses in a file, YAML or CSV: reading with the line of everything that is wrong, and writing.

`docs/cli.md` describes both forms. What an entry may say is what `POST /v1/courses` takes, judged by the same model,
and two fields more: `id` and `tutor`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from functions.courses.authoring_schemas import NewCourse
from peerlearn.domain.authoring import CourseDraft
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import SEATS_PER_SHARD, CoursePage, Kind, Tutor
from peerlearn.domain.ids import derived_id
from scripts.local_stack.problem import Problem

COLUMNS = (
    *("id", "tutor", "title", "description", "subject", "level", "kind", "capacity"),
    *("startsAt", "endsAt", "status", "modules"),
)
_OWN = ("id", "tutor")
_ID_MAX_LENGTH = 200
# What the product itself names courses with; anything else is a name from elsewhere.
_COURSE_ID = re.compile(r"(crs|ssn)_[0-9a-f]{24}")
_MODULE = re.compile(r"(?P<minutes>[0-9]+) (?P<title>.+)")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something in the file that cannot be imported."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A course of the file.

    Attributes
    ----------
    tutor: str or None
        An address or a user id.
    name: str or None
        Its `id`: a course id, or a name from elsewhere.
    """

    line: int
    name: str | None
    tutor: str | None
    course: NewCourse

    def ids(self, tutor_id: str) -> tuple[str, str]:
        """What the course is called: first as what it is, then as the other kind, which it may have been made as."""
        if self.name is not None and _COURSE_ID.fullmatch(self.name):
            return self.name, self.name
        parts = (self.name,) if self.name is not None else (tutor_id, self.course.title, str(self.course.starts_at))
        other = Kind.COURSE if self.course.kind is Kind.SESSION else Kind.SESSION
        own, others = (derived_id(kind.id_prefix, "import", *parts) for kind in (self.course.kind, other))
        return own, others


@dataclass(frozen=True, slots=True)
class ImportedDraft(CourseDraft):
    """A draft whose course has its id already: importing it twice makes it once."""

    course_id: str = ""

    @classmethod
    def of(cls, course: NewCourse, course_id: str) -> ImportedDraft:
        draft = course.draft()
        return cls(**{name: getattr(draft, name) for name in CourseDraft.__slots__}, course_id=course_id)

    def begun_by(self, tutor: Tutor, now: Any, seats_per_shard: int = SEATS_PER_SHARD) -> CoursePage:
        page = CourseDraft.begun_by(self, tutor, now, seats_per_shard)
        return replace(
            page,
            course=replace(page.course, course_id=self.course_id),
            seats=replace(page.seats, course_id=self.course_id),
        )


@dataclass(slots=True)
class Read:
    """What a file says."""

    entries: list[Entry] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read(path: Path) -> Read:
    """Every course of the file, and everything that is wrong with it.

    Raises
    ------
    Problem
        It cannot be read at all.
    """
    parse = _form(path, {".yaml": _yaml_entries, ".yml": _yaml_entries, ".csv": _csv_entries})
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not in UTF-8.") from None
    found = Read()
    for raw in parse(text, found.mistakes):
        _judge(raw, found)
    _require_distinct(found)
    found.mistakes.sort(key=lambda mistake: mistake.line)
    return found


def write(path: Path, courses: Iterable[dict[str, Any]]) -> None:
    """Writes courses in the form that `read` reads; each a dict of `COLUMNS`."""
    dump = _form(path, {".yaml": _to_yaml, ".yml": _to_yaml, ".csv": _to_csv})
    try:
        path.write_text(dump(list(courses)), encoding="utf-8", newline="")
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from None


def described(page: CoursePage, tutor: str) -> dict[str, Any]:
    """A course as a file says it."""
    course = page.course
    entry: dict[str, Any] = {
        "id": course.course_id,
        "tutor": tutor,
        "title": course.title,
        "description": course.description,
        "subject": course.subject,
        "level": course.level.value,
        "kind": course.kind.value,
        "capacity": page.seats.capacity,
        "startsAt": to_rfc3339(course.starts_at) if course.starts_at else None,
        "endsAt": to_rfc3339(course.ends_at) if course.ends_at else None,
        "status": course.status.value,
        "modules": [{"title": module.title, "minutes": module.minutes} for module in page.modules],
    }
    # no limit is said, no time is left out
    return {name: value for name, value in entry.items() if value is not None or name == "capacity"}


def _form(path: Path, forms: dict[str, Any]) -> Any:
    try:
        return forms[path.suffix.lower()]
    except KeyError:
        raise Problem(f"{path} is neither .yaml nor .csv.") from None


# -- an entry


@dataclass(frozen=True, slots=True)
class _Raw:
    """An entry as it stands in the file, and where each part of it does."""

    line: int
    content: dict[str, Any]
    lines: Any

    def line_of(self, place: Sequence[str | int]) -> int:
        return int(self.lines(place))


def _judge(raw: _Raw, found: Read) -> None:
    problems = []
    own = {name: raw.content[name] for name in _OWN if name in raw.content}
    for name, value in own.items():
        if not isinstance(value, str) or not value.strip() or len(value) > _ID_MAX_LENGTH:
            problems.append(Mistake(raw.line_of([name]), f"{name}: must be a text of 1 to {_ID_MAX_LENGTH} characters"))
    course = None
    try:
        course = NewCourse.model_validate({name: one for name, one in raw.content.items() if name not in _OWN})
    except ValidationError as error:
        for one in error.errors(include_url=False):
            where = ".".join(str(part) for part in one["loc"])
            message = one["msg"].removeprefix("Value error, ")
            problems.append(Mistake(raw.line_of(one["loc"]), f"{where}: {message}" if where else message))
    found.mistakes += problems
    if course is not None and not problems:
        found.entries.append(Entry(raw.line, own.get("id"), own.get("tutor"), course))


def _require_distinct(found: Read) -> None:
    first: dict[str, int] = {}
    for entry in found.entries:
        if entry.name is None:
            continue
        if entry.name in first:
            found.mistakes.append(Mistake(entry.line, f"id: {entry.name} is in line {first[entry.name]} already"))
        first.setdefault(entry.name, entry.line)


# -- YAML


class _Loader(yaml.SafeLoader):
    """Times stay text: the API's own model reads them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _yaml_entries(text: str, mistakes: list[Mistake]) -> Iterator[_Raw]:
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            return
        top = _at(root, ["courses"]) if isinstance(root, yaml.MappingNode) else None
        if not isinstance(top, yaml.SequenceNode):
            mistakes.append(Mistake(_line(root), "the file must be a mapping with a list named `courses`"))
            return
        for node in top.value:
            content = loader.construct_object(node, deep=True)
            mistakes += _repeated(node)
            if isinstance(content, dict):
                yield _Raw(_line(node), content, lambda place, node=node: _line(_at(node, place)))
            else:
                mistakes.append(Mistake(_line(node), "a course must be a mapping of its fields"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        mistakes.append(Mistake(mark.line + 1 if mark else 1, f"is not YAML: {error.problem or error.context}"))
    except yaml.YAMLError as error:
        mistakes.append(Mistake(1, f"is not YAML: {' '.join(str(error).split())}"))


def _at(node: yaml.Node, place: Sequence[str | int]) -> yaml.Node:
    """The node at that place, or the nearest around it: of a field that is missing, what lacks it."""
    for part in place:
        inner: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            inner = next((value for name, value in node.value if name.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            inner = node.value[part]
        if inner is None:
            break
        node = inner
    return node


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _repeated(node: yaml.Node) -> Iterator[Mistake]:
    """YAML's own reader would silently take the last of two."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            if str(name.value) in seen:
                yield Mistake(_line(name), f"{name.value}: is here twice")
            seen.add(str(name.value))
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value)


class _Dumper(yaml.SafeDumper):
    """Lists are indented, long texts are blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002
        return super().increase_indent(flow, False)  # noqa: FBT003


def _to_yaml(courses: Sequence[dict[str, Any]]) -> str:
    return yaml.dump(
        {"courses": list(courses)}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, indent=2
    )


# -- CSV: `capacity` empty is no limit; `modules` are lines of a cell, each `<minutes> <title>`


def _csv_entries(text: str, mistakes: list[Mistake]) -> Iterator[_Raw]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    begin = 1
    try:
        for row in rows:
            line, begin = begin, rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if header is None:
                header = [cell.strip() for cell in row]
                mistakes += _wrong_columns(header, line)
            elif len(row) > len(header):
                mistakes.append(Mistake(line, f"has {len(row)} cells, and there are {len(header)} columns"))
            else:
                yield _csv_entry(dict(zip(header, row, strict=False)), line)
    except csv.Error as error:
        mistakes.append(Mistake(rows.line_num, f"is not CSV: {error}"))


def _wrong_columns(header: Sequence[str], line: int) -> Iterator[Mistake]:
    for name in dict.fromkeys(header):
        if name not in COLUMNS:
            yield Mistake(line, f"{name or 'a column without a name'}: is not one of {', '.join(COLUMNS)}")
        if header.count(name) > 1:
            yield Mistake(line, f"{name}: is here twice")


def _csv_entry(cells: dict[str, str], line: int) -> _Raw:
    content: dict[str, Any] = {name: cell for name, cell in cells.items() if name in COLUMNS and cell != ""}
    # A description may be empty, and an empty capacity is no limit; other empty cells are as if they were not there.
    content.setdefault("description", "")
    content["capacity"] = _number(cells.get("capacity", "").strip() or None)
    content["modules"] = [_module(one) for one in cells.get("modules", "").splitlines() if one.strip()]
    return _Raw(line, content, lambda _place: line)


def _number(text: str | None) -> int | str | None:
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,18}", text) else text


def _module(text: str) -> dict[str, Any] | str:
    found = _MODULE.fullmatch(text.strip())
    return {"title": found["title"], "minutes": _number(found["minutes"])} if found else text


def _to_csv(courses: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for course in courses:
        modules = "\n".join(f"{one['minutes']} {' '.join(one['title'].splitlines())}" for one in course["modules"])
        writer.writerow({**course, "modules": modules})
    return out.getvalue()
