"""Courses in a file, YAML or CSV: reading with the line of everything that is wrong, and writing.

`docs/cli.md` describes both forms. An entry has the fields of `POST /v1/courses`, judged by the same model, and
two more: `id` and `tutor`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from functions.courses.authoring_schemas import NewCourse
from peerlearn.domain.authoring import CourseDraft
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import SEATS_PER_SHARD, CoursePage, Kind, Tutor
from peerlearn.domain.ids import derived_id
from scripts.cli import course_csv, course_yaml
from scripts.cli.course_fields import COLUMNS, MODULE_FIELDS, OWN, Mistake, Raw, Unreadable, shown
from scripts.cli.decoding import UTF_8, decoded
from scripts.project.problem import Problem

# A file with more mistakes than these has one that makes the others.
MISTAKES_MAX = 200
_ID_MAX_LENGTH = 200
# The product's own ids of courses look like this; anything else is a name from elsewhere.
_COURSE_ID = re.compile(r"(crs|ssn)_[0-9a-f]{24}")
_FORMS: dict[str, Any] = {".yaml": course_yaml, ".yml": course_yaml, ".csv": course_csv}
_NO_NUMBER = "must be a whole number in plain digits, such as 12"


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
        """Return the ids of the course: first of its own kind, then of the other, which it may have been made as."""
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
    """The courses of a file, or its mistakes.

    Attributes
    ----------
    encoding: str
        `UTF-8`, or what else the file is in.
    is_whole: bool
        Whether it was read to its end; with more than `MISTAKES_MAX` mistakes it is not.
    """

    entries: list[Entry] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    encoding: str = UTF_8
    is_whole: bool = True


def read(path: Path) -> Read:
    """Return every course of the file, and what is wrong with it by line.

    Raises
    ------
    Problem
        It cannot be read at all.
    """
    form = _form(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from None
    found = Read()
    try:
        text, found.encoding = decoded(raw)
    except Unreadable as error:
        found.mistakes.append(error.mistake)
        return found
    first: dict[str, int] = {}
    for one in form.entries(text):
        if isinstance(one, Mistake):
            found.mistakes.append(one)
        else:
            _judge(one, found, first)
        if len(found.mistakes) > MISTAKES_MAX:
            found.is_whole = False
            break
    found.mistakes.sort(key=lambda mistake: mistake.line)
    return found


def write(path: Path, courses: Iterable[dict[str, Any]]) -> int:
    """Write courses in the form that `read` reads; each a dict of `COLUMNS`. Return how many they are.

    The file is there once it is whole: one that is there already is replaced, or left as it is.

    Raises
    ------
    Problem
        It cannot be written.
    """
    form = _form(path)
    part = path.with_name(f"{path.name}.part")
    count = 0

    def counted() -> Iterable[dict[str, Any]]:
        nonlocal count
        for course in courses:
            count += 1
            yield course

    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            form.dump(counted(), out)
        part.replace(path)
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
    return count


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


def _form(path: Path) -> Any:
    try:
        return _FORMS[path.suffix.lower()]
    except KeyError:
        raise Problem(f"{path} is neither .yaml nor .csv.") from None


def _judge(raw: Raw, found: Read, first: dict[str, int]) -> None:
    """Adds the course of an entry, or what is wrong with it; `first` is the line of each id so far."""
    problems = []
    own: dict[str, str] = {}
    for name in OWN:
        if name in raw.content:
            value = raw.content[name]
            text = own[name] = value.strip() if isinstance(value, str) else ""
            if not text or not text.isprintable() or len(text) > _ID_MAX_LENGTH:
                message = f"{name}: must be a text of 1 to {_ID_MAX_LENGTH} characters that can be seen"
                problems.append(Mistake(raw.line_of([name]), message))
    course = None
    try:
        course = NewCourse.model_validate({name: one for name, one in raw.content.items() if name not in OWN})
    except ValidationError as error:
        problems += [_mistake(raw, one) for one in error.errors(include_url=False)]
    course_id = own.get("id", "")
    if course_id in first:
        problems.append(Mistake(raw.line, f"id: {shown(course_id)} is in line {first[course_id]} already"))
    elif course_id:
        first[course_id] = raw.line
    found.mistakes += problems
    if course is not None and not problems:
        found.entries.append(Entry(raw.line, course_id or None, own.get("tutor"), course))


def _mistake(raw: Raw, error: Any) -> Mistake:
    """Return the model's message with the value in question; where it speaks of Python, in the words of a file."""
    place = error["loc"]
    message = error["msg"].removeprefix("Value error, ")
    is_module = len(place) == 2 and place[0] == "modules"  # noqa: PLR2004
    match error["type"]:
        case "extra_forbidden":
            message = f"is not one of {', '.join(MODULE_FIELDS if 'modules' in place else COLUMNS)}"
        case "int_type":
            message = _NO_NUMBER
        case "model_type" | "dict_type" | "model_attributes_type" if is_module:
            message = raw.module_form
    given = error["input"]
    if isinstance(given, (str, int)) and error["type"] != "extra_forbidden":
        message += f" (it is {shown(str(given)) or 'empty'})"
    where = ".".join(shown(str(part)) or "''" for part in islice(place, 3))
    return Mistake(raw.line_of(place), f"{where}: {message}" if where else message)
