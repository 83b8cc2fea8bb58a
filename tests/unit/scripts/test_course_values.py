"""Numbers and times in files of courses, in both forms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.scripts.course_file import YAML, only_entry, read_of, said, table

NO_NUMBER = "must be a whole number in plain digits, such as 12"
NUMBERS = {
    "octal as it was": "012",
    "octal": "0o14",
    "binary": "0b1",
    "hexadecimal": "0x1F",
    "hexadecimal of nothing": "0x_",
    "sexagesimal": "1:30",
    "sexagesimal of three": "12:30:00",
    "a plus": "+5",
    "minus nothing": "-0",
    "two zeros": "00",
    "grouped by underscores": "1_000",
    "grouped by commas": "1,000",
    "grouped by blanks": "1 000",
    "grouped by narrow blanks": "1\u202f000",
    "a fraction of nothing": "12.0",
    "a fraction": "12.5",
    "an exponent": "1e3",
    "digits of Arabic": "١٢",
    "full-width digits": "１２",  # noqa: RUF001
    "superscript": "²",
    "not a number": ".nan",
    "infinity": ".inf",
    "yes": "yes",
    "true": "true",
    "words": "a dozen",
    "a unit": "12 seats",
    "a date": "2031-03-01",
    "400 digits": "9" * 400,
    "a dash": "—",
}


@pytest.mark.parametrize("text", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_capacity_that_is_no_plain_number_is_told_with_its_line(tmp_path: Path, form: str, text: str) -> None:
    in_yaml = YAML.replace("capacity: 12", f"capacity: {text}")
    content, line = (in_yaml, 8) if form == "yaml" else (table(capacity=json.dumps(text, ensure_ascii=False)), 2)
    (wrong,) = said(read_of(tmp_path, form, content))
    assert wrong.startswith(f"{line}: capacity: {NO_NUMBER} (it is ")


@pytest.mark.parametrize("text", [number for number in NUMBERS.values() if " " not in number and len(number) < 99])
@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_minutes_that_are_no_plain_number_are_told_with_their_line(tmp_path: Path, form: str, text: str) -> None:
    in_yaml = YAML.replace("minutes: 20", f"minutes: {text}")
    content, line = (in_yaml, 11) if form == "yaml" else (table(modules=f'"{text} Bowline"'), 2)
    (wrong,) = said(read_of(tmp_path, form, content))
    assert wrong.startswith(f"{line}: modules.0.minutes: {NO_NUMBER} (it is ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-1", "Input should be greater than or equal to 0 (it is -1)"),
        ("1000001", "Input should be less than or equal to 1000000 (it is 1000001)"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_capacity_out_of_bounds_is_told(tmp_path: Path, form: str, text: str, message: str) -> None:
    content = YAML.replace("capacity: 12", f"capacity: {text}") if form == "yaml" else table(capacity=text)
    (wrong,) = said(read_of(tmp_path, form, content))
    assert wrong.endswith(f"capacity: {message}")


@pytest.mark.parametrize(("text", "capacity"), [("0", 0), ("12", 12), ("1000000", 1_000_000)])
@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_plain_number_is_read(tmp_path: Path, form: str, text: str, capacity: int) -> None:
    content = YAML.replace("capacity: 12", f"capacity: {text}") if form == "yaml" else table(capacity=text)
    assert only_entry(read_of(tmp_path, form, content)).course.capacity == capacity


@pytest.mark.parametrize(
    ("form", "text"), [("csv", ""), ("csv", " "), ("yaml", ""), ("yaml", "~"), ("yaml", "null"), ("yaml", "NULL")]
)
def test_no_number_is_no_limit(tmp_path: Path, form: str, text: str) -> None:
    content = YAML.replace("capacity: 12", f"capacity: {text}") if form == "yaml" else table(capacity=text)
    assert only_entry(read_of(tmp_path, form, content)).course.capacity is None


@pytest.mark.parametrize("text", ['"12"', "'12'", "!!str 12", "[12]", "{a: 1}", "|-\n      12"])
def test_number_in_quotes_is_none(tmp_path: Path, text: str) -> None:
    (wrong,) = said(read_of(tmp_path, "yaml", YAML.replace("capacity: 12", f"capacity: {text}")))
    assert wrong.startswith(f"8: capacity: {NO_NUMBER}")


TIMES = {
    "no offset": "2031-03-01T17:00:00",
    "no offset and a blank": "2031-03-01 17:00:00",
    "a date": "2031-03-01",
    "Excel's, American": "03/01/2031 17:00",
    "Excel's, German": "01.03.2031 17:00",
    "Excel's, number": "47908.7083333333",
    "Excel's, with AM": "3/1/2031 5:00:00 PM",
    "a blank before the offset": "2031-03-01T17:00:00 +01:00",
    "an offset without a colon": "2031-03-01T17:00:00+0100",
    "an offset of hours": "2031-03-01T17:00:00+01",
    "a zone's name": "2031-03-01T17:00:00 CET",
    "no seconds": "2031-03-01T17:00Z",
    "a day that is none": "2031-02-30T17:00:00Z",
    "an hour that is none": "2031-03-01T25:00:00Z",
    "an offset of 99 hours": "2031-03-01T17:00:00+99:00",
    "a year of two digits": "31-03-01T17:00:00Z",
    "a year of one digit, YAML's": "2031-3-1T17:00:00Z",
    "seconds since 1970": "1930237200",
    "a week": "2031-W09-6T17:00:00Z",
    "tomorrow": "tomorrow",
    "the year 0": "0000-01-01T00:00:00Z",
    "digits of Arabic": "٢٠٣١-03-01T17:00:00Z",
}


@pytest.mark.parametrize("text", TIMES.values(), ids=TIMES)
@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_time_that_is_none_is_told_with_its_line(tmp_path: Path, form: str, text: str) -> None:
    content = f"{YAML}    startsAt: {text}\n" if form == "yaml" else table(startsAt=text)
    (wrong,) = said(read_of(tmp_path, form, content))
    assert wrong.startswith(f"{12 if form == 'yaml' else 2}: startsAt: ")
    assert wrong.endswith(f"(it is {text})")


@pytest.mark.parametrize(
    "text",
    [
        "2031-03-01T17:00:00Z",
        "2031-03-01 17:00:00Z",
        "2031-03-01t18:00:00+01:00",
        "2031-03-01T12:00:00.000-05:00",
        " 2031-03-01T17:00:00Z ",
    ],
)
@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_time_with_offset_is_read(tmp_path: Path, form: str, text: str) -> None:
    content = f"{YAML}    startsAt: {text}\n" if form == "yaml" else table(startsAt=text)
    course = only_entry(read_of(tmp_path, form, content)).course
    assert course.starts_at == datetime(2031, 3, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize("text", list(TIMES.values())[:12])
def test_time_without_offset_or_in_other_order_says_what_is_wanted(tmp_path: Path, text: str) -> None:
    (wrong,) = said(read_of(tmp_path, "csv", table(startsAt=text)))
    assert "must be a time with its offset, such as 2026-01-01T10:00:00Z" in wrong


@pytest.mark.parametrize("text", ["1984", "012", "0x1F", "1:30", "yes", "No", "3.14", "1e3", "2031-03-01", "null!"])
@pytest.mark.parametrize("field", ["id", "title", "description", "subject"])
def test_text_that_looks_like_something_else_is_a_text(tmp_path: Path, field: str, text: str) -> None:
    before = {"id": "a", "title": "Knots", "description": "Six that hold.", "subject": "Crafts"}
    content = YAML.replace(f"{field}: {before[field]}", f"{field}: {text}", 1)
    entry = only_entry(read_of(tmp_path, "yaml", content))
    assert (entry.name if field == "id" else getattr(entry.course, field)) == text
