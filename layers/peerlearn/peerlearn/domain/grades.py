"""Grades: numbers with at most two decimals, kept exactly.

A whole grade is an int and any other a Decimal, so that 9 of 10 and 8.55 of 9.5 compare as they are written.
"""

from __future__ import annotations

from decimal import Decimal

from peerlearn.domain.problems import Problem, Rule, ValueRefused

MAX_GRADE_LIMIT = 10_000
DECIMALS = 2

Grade = int | Decimal


def exact_grade(number: float | Decimal) -> Grade:
    """Return the grade that was written so: 9.5 as 9.5, 10.0 as 10.

    Raises
    ------
    ValueRefused
        It is no finite number, or has more than two decimals.
    """
    # The shortest text of a float is the one that it was written with.
    exact = number if isinstance(number, Decimal) else Decimal(str(number))
    if not exact.is_finite():
        raise ValueRefused(not_a_grade())
    if exact == exact.to_integral_value():
        return int(exact)
    if exact != round(exact, DECIMALS):
        raise ValueRefused(Problem(Rule.TOO_MANY_DECIMALS, "must have at most two decimals", DECIMALS))
    return round(exact, DECIMALS).normalize()


def not_a_grade() -> Problem:
    """Return what is wrong with a grade that is no number."""
    return Problem(Rule.NOT_NUMBER, "must be a number with at most two decimals")


def plain_grade(grade: Grade) -> int | float:
    """Return the grade as JSON takes it; two decimals come through a float unchanged."""
    return grade if isinstance(grade, int) else float(grade)
