"""A course that the API takes is the same, to the last character, after it was a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.courses.authoring_schemas import NewCourse
from peerlearn.domain.courses import (
    CAPACITY_MAX,
    DESCRIPTION_MAX_LENGTH,
    MODULE_MINUTES_MAX,
    SUBJECT_MAX_LENGTH,
    TITLE_MAX_LENGTH,
    CoursePage,
    CourseStatus,
    Kind,
    Level,
    Tutor,
)
from scripts.cli.course_files import ImportedDraft, described, write
from tests.unit.scripts.course_file import only_entry, read_of

NOW = datetime(2031, 3, 1, tzinfo=UTC)
COURSE_ID = "crs_" + 24 * "0"
# Characters of files' own syntax come up as often as letters do.
SYNTAX = [
    *"=+-@'\"\\,;:|#&*!?%<>[]{}`~_ \t\r\n\0\x1c\x85\xa0\u2028\u2029\ufeff\u200b\u202e🪢",
    *(
        "\r\n",
        "- ",
        ": ",
        "null",
        "yes",
        "012",
        "0x_",
        "1:30",
        "<<",
        "---",
        "...",
        "sep=;",
        "20 Bowline",
        "''=",
        "x" * 99,
    ),
]
FIELDS: dict[str, Any] = {"title": "x", "description": "", "subject": "x"}
FIELDS |= {"level": "beginner", "kind": "course", "capacity": None, "modules": []}


def is_taken(field: str, text: str) -> bool:
    """Whether the API takes it."""
    try:
        NewCourse.model_validate(FIELDS | {field: text})
    except ValidationError:
        return False
    return True


def texts(field: str, length: int) -> st.SearchStrategy[str]:
    """Texts that the API takes there, mostly of the characters of files' own syntax."""
    syntax = st.sampled_from([piece for piece in SYNTAX if is_taken(field, f"x{piece}x")])
    # those control characters that are taken somewhere are in SYNTAX
    letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
    others = st.text(letters, max_size=8).filter(lambda piece: is_taken(field, f"x{piece}x"))
    whole = st.lists(syntax | others, max_size=20).map(lambda pieces: "".join(pieces)[:length])
    # Blank texts are many, and no title: with a letter on either side most of what is refused is taken.
    mended = whole.map(lambda text: text if is_taken(field, text) else f"x{text[: length - 2]}x")
    return mended.filter(lambda text: is_taken(field, text))


TITLES = texts("title", TITLE_MAX_LENGTH)
SUBJECTS = texts("subject", SUBJECT_MAX_LENGTH)
DESCRIPTIONS = texts("description", DESCRIPTION_MAX_LENGTH)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    begin = draw(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    kind = draw(st.sampled_from(Kind))
    return {
        "title": draw(TITLES),
        "description": draw(DESCRIPTIONS),
        "subject": draw(SUBJECTS),
        "level": draw(st.sampled_from(Level)).value,
        "kind": kind.value,
        "capacity": draw(st.none() | st.integers(0, CAPACITY_MAX)),
        "modules": [
            {"title": title, "minutes": draw(st.integers(1, MODULE_MINUTES_MAX))}
            for title in draw(st.lists(TITLES, max_size=4))
        ],
        "status": draw(st.sampled_from(CourseStatus)).value,
        **(
            {"startsAt": begin.isoformat(), "endsAt": (begin + timedelta(hours=1)).isoformat()}
            if kind is Kind.SESSION or draw(st.booleans())
            else {}
        ),
    }


def page_of(course: NewCourse) -> CoursePage:
    return ImportedDraft.of(course, COURSE_ID).begun_by(Tutor("usr_1", "Ada"), NOW)


def content_of(page: CoursePage) -> dict[str, Any]:
    return described(page, "usr_1")


@pytest.mark.parametrize("form", ["csv", "yaml"])
@given(body=bodies())
def test_course_is_the_same_after_it_was_file(form: str, body: dict[str, Any]) -> None:
    page = page_of(NewCourse.model_validate(body))
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"courses.{form}"
        assert write(file, [content_of(page)]) == 1
        entry = only_entry(read_of(Path(folder), form, file.read_bytes()))
    assert (entry.name, entry.tutor) == (COURSE_ID, "usr_1")
    again = page_of(entry.course)
    assert content_of(again) == content_of(page)
    assert again.course == page.course


@pytest.mark.parametrize("form", ["csv", "yaml"])
@given(descriptions=st.lists(DESCRIPTIONS, max_size=5))
def test_each_of_several_courses_keeps_its_own_text(form: str, descriptions: list[str]) -> None:
    base = {"tutor": "usr_1", **FIELDS}
    courses = [base | {"id": str(number), "description": text} for number, text in enumerate(descriptions)]
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"courses.{form}"
        assert write(file, courses) == len(courses)
        found = read_of(Path(folder), form, file.read_bytes())
    assert found.mistakes == []
    assert [entry.course.description for entry in found.entries] == descriptions


PLACES_OF_CARE = (
    *("a\r\nb", "a\rb", "a\nb\n", "\n\na", " a", "a ", "a\n b\n\n\n", "a\tb", "a\u2028b", '"a"', "'a'"),
    *(
        "\na",
        "a: b",
        "- a",
        "#a",
        "🪢 결 ğ",
        "e\u0301",
        "\ufeffa",
        "a\n\u00a0\nb",
        "  \n a",
        "|",
        ">\n",
        "a  b " * 50,
        "=a",
        "x " * 2000,
    ),
)


@pytest.mark.parametrize("form", ["csv", "yaml"])
@pytest.mark.parametrize("text", PLACES_OF_CARE)
def test_description_is_the_same_after_it_was_file(tmp_path: Path, form: str, text: str) -> None:
    course = {"id": "a", "tutor": "usr_1"} | FIELDS | {"description": text}
    write(tmp_path / f"out.{form}", [course])
    entry = only_entry(read_of(tmp_path, form, (tmp_path / f"out.{form}").read_bytes()))
    assert entry.course.description == text
