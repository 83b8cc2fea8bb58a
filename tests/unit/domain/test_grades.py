"""Grades are numbers with at most two decimals, exactly as they were written."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.grades import exact_grade, plain_grade
from peerlearn.domain.points import Reason, grade_reason
from peerlearn.persistence.marshalling import marshal, unmarshal


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("10", 10),
        ("10.0", 10),
        ("10.00", 10),
        ("1e1", 10),
        ("0", 0),
        ("-0.0", 0),
        ("9.5", "9.5"),
        ("9.50", "9.5"),
        ("0.01", "0.01"),
        ("0.07", "0.07"),
        ("0.29", "0.29"),
        ("4.35", "4.35"),
        ("9999.99", "9999.99"),
        ("1e-2", "0.01"),
    ],
)
def test_a_grade_is_what_was_written(written: str, exact: int | str) -> None:
    grade = exact_grade(json.loads(written))
    assert grade == Decimal(exact)
    assert isinstance(grade, int) is isinstance(exact, int)


@pytest.mark.parametrize("written", ["9.555", "0.001", "1e-300", "1e400", "-1e400", "NaN", "Infinity", "99.999"])
def test_no_grade_has_more_than_two_decimals(written: str) -> None:
    with pytest.raises(ValueError, match="two decimals"):
        exact_grade(json.loads(written))


@given(st.integers(0, 1_000_000))
def test_every_grade_comes_back_from_the_table_and_through_json(hundredths: int) -> None:
    grade = exact_grade(Decimal(hundredths) / 100)
    stored = unmarshal(marshal({"grade": grade}))["grade"]
    assert exact_grade(stored) == grade
    text = json.dumps(plain_grade(exact_grade(stored)))
    assert Decimal(text) == grade
    assert exact_grade(json.loads(text)) == grade
    assert len(text) <= len("10000.00")


@pytest.mark.parametrize(
    ("grade", "max_grade", "reason"),
    [
        ("9", 10, Reason.EXCELLENT_GRADE),
        ("8.99", 10, None),
        ("9.01", 10, Reason.EXCELLENT_GRADE),
        ("9.99", 10, Reason.EXCELLENT_GRADE),
        ("10", 10, Reason.PERFECT_GRADE),
        # 90 % of 3 is 2.7, which no binary fraction is
        ("2.7", 3, Reason.EXCELLENT_GRADE),
        ("2.69", 3, None),
        ("6.3", 7, Reason.EXCELLENT_GRADE),
        ("0.9", 1, Reason.EXCELLENT_GRADE),
        ("0.89", 1, None),
        ("9999.99", 10_000, Reason.EXCELLENT_GRADE),
        ("8999.99", 10_000, None),
    ],
)
def test_ninety_percent_is_exact(grade: str, max_grade: int, reason: Reason | None) -> None:
    assert grade_reason(exact_grade(Decimal(grade)), max_grade) is reason
