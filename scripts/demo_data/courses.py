"""Sixty courses and sessions over eight subjects, read from `courses.txt`.

Each line there: title | level | tutor | capacity | description | modules with their minutes. A tutor is a position in
the staff (0 is the demo tutor); a capacity of `-` is no limit. A session begins with `@day hour length`: so many days
from now, at that hour UTC, for so many minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# The one course that two learners fill: its waitlist is there to be seen.
WAITLISTED = "Conversation Circle: Spanish"


@dataclass(frozen=True, slots=True)
class DemoTime:
    """When a session takes place, counted from the day the data is loaded."""

    days: int
    hour: int
    minutes: int


@dataclass(frozen=True, slots=True)
class DemoCourse:
    subject: str
    title: str
    level: str
    tutor: int
    capacity: int | None
    description: str
    modules: tuple[tuple[str, int], ...]
    time: DemoTime | None


_LINES = (Path(__file__).parent / "courses.txt").read_text(encoding="utf-8").splitlines()


def _courses() -> Iterator[DemoCourse]:
    subject = ""
    for line in _LINES:
        if line.startswith("# "):
            subject = line[2:]
            continue
        title, level, tutor, capacity, description, modules = line.split(" | ")
        time = None
        if description.startswith("@"):
            days, hour, minutes, description = description[1:].split(" ", 3)
            time = DemoTime(int(days), int(hour), int(minutes))
        outline = (module.rpartition(" ") for module in modules.split("; "))
        yield DemoCourse(
            subject=subject,
            title=title,
            level=level,
            tutor=int(tutor),
            capacity=None if capacity == "-" else int(capacity),
            description=description,
            modules=tuple((name, int(length)) for name, _, length in outline),
            time=time,
        )


COURSES = tuple(_courses())
