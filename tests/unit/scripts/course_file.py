"""Files of courses for tests."""

from __future__ import annotations

from pathlib import Path

from scripts.cli.course_files import Entry, Read, read

HEADER = "id,title,description,subject,level,kind,capacity,startsAt,endsAt,modules"
YAML = """\
courses:
  - id: a
    title: Knots
    description: Six that hold.
    subject: Crafts
    level: beginner
    kind: course
    capacity: 12
    modules:
      - title: Bowline
        minutes: 20
"""


def table(delimiter: str = ",", **cells: str) -> str:
    """A file in CSV with one course; its cells can be replaced, and are not quoted."""
    row = dict.fromkeys(HEADER.split(","), "")
    row |= {"id": "a", "title": "Knots", "subject": "Crafts", "level": "beginner", "kind": "course"}
    row |= {"capacity": "12", "modules": "20 Bowline"} | cells
    return f"{HEADER.replace(',', delimiter)}\n{delimiter.join(row.values())}\n"


def read_of(folder: Path, form: str, content: str | bytes) -> Read:
    file = folder / f"courses.{form}"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(file)


def only_entry(found: Read) -> Entry:
    assert found.mistakes == []
    (entry,) = found.entries
    return entry


def said(found: Read) -> list[str]:
    """Return the mistakes as the command says them behind the file's name."""
    return [f"{mistake.line}: {mistake.message}" for mistake in found.mistakes]
