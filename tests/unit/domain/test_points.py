"""The ledger and everything that is a sum of it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.points import (
    DAY_MINUTES,
    Award,
    Badge,
    Entry,
    Reason,
    Totals,
    course_award,
    grade_awards,
    module_award,
    study_hours,
    submission_award,
    sums_of,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def totals_after(*awards: tuple[Award, int]) -> Totals:
    """Awards, each on the day of that number."""
    totals = Totals("usr_1")
    for award, day in awards:
        totals, _ = totals.awarded([award], NOON + timedelta(days=day))
    return totals


def module(number: int = 1, minutes: int = 0) -> Award:
    return module_award("crs_1", f"mod_{number}", minutes)


def test_each_deed_earns() -> None:
    awards = [module(minutes=5), course_award("crs_1"), submission_award("crs_1", "asm_1")]
    awards += grade_awards("crs_1", "asm_1", 10, None, 9, 1)
    assert [award.points for award in awards] == [10, 100, 20, 30]
    assert [award.key for award in awards] == [
        "module:crs_1:mod_1",
        "course:crs_1",
        "submission:asm_1",
        "grade:asm_1:1",
    ]


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        (None, 89, []),
        (None, 90, [Reason.EXCELLENT_GRADE]),
        (None, 100, [Reason.PERFECT_GRADE]),
        (90, 99, []),
        (90, 89, [Reason.GRADE_CORRECTED]),
        (90, 100, [Reason.GRADE_CORRECTED, Reason.PERFECT_GRADE]),
        (100, 95, [Reason.GRADE_CORRECTED, Reason.EXCELLENT_GRADE]),
        (100, 0, [Reason.GRADE_CORRECTED]),
        (0, 100, [Reason.PERFECT_GRADE]),
        (100, 100, []),
    ],
)
def test_grading_has_these_consequences(before: int | None, after: int, reasons: list[Reason]) -> None:
    assert [award.reason for award in grade_awards("crs_1", "asm_1", 100, before, after, 2)] == reasons


@given(st.integers(1, 1000), st.lists(st.integers(0, 1000), min_size=1, max_size=12))
def test_corrections_leave_what_the_last_grade_alone_would_earn(max_grade: int, grades: list[int]) -> None:
    before: int | None = None
    totals = Totals("usr_1")
    keys: list[str] = []
    for revision, grade in enumerate((min(grade, max_grade) for grade in grades), start=1):
        awards = grade_awards("crs_1", "asm_1", max_grade, before, grade, revision)
        totals, entries = totals.awarded(awards, NOON)
        keys += [entry.award.key for entry in entries]
        before = grade
    alone, _ = Totals("usr_1").awarded(grade_awards("crs_1", "asm_1", max_grade, None, before or 0, 1), NOON)
    assert (totals.points, totals.perfect_grades, totals.badges) == (alone.points, alone.perfect_grades, alone.badges)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("totals", "badges"),
    [
        (Totals("usr_1"), []),
        (totals_after((module(), 0)), [Badge.FIRST_MODULE]),
        (totals_after((course_award("crs_1"), 0)), [Badge.FIRST_COURSE]),
        (totals_after(*((course_award(f"crs_{n}"), 0) for n in range(4))), [Badge.FIRST_COURSE]),
        (totals_after(*((course_award(f"crs_{n}"), 0) for n in range(5))), [Badge.FIRST_COURSE, Badge.FIVE_COURSES]),
        (totals_after(*((module(n), n) for n in range(6))), [Badge.FIRST_MODULE]),
        (totals_after(*((module(n), n) for n in range(7))), [Badge.FIRST_MODULE, Badge.SEVEN_DAY_STREAK]),
        (totals_after(*((module(n), n if n < 6 else n + 1) for n in range(12))), [Badge.FIRST_MODULE]),
        # the streak is a thing of the past, the badge stays
        (
            totals_after(*((module(n), n) for n in range(7)), (module(9), 99)),
            [Badge.FIRST_MODULE, Badge.SEVEN_DAY_STREAK],
        ),
    ],
)
def test_badges(totals: Totals, badges: list[Badge]) -> None:
    assert totals.badges == badges


def test_a_day_counts_once_and_a_grade_not_at_all() -> None:
    (graded,) = grade_awards("crs_1", "asm_1", 10, None, 10, 1)
    totals = totals_after((module(1), 0), (module(2), 0), (module(3), 1), (graded, 2), (module(4), 3))
    assert (totals.streak, totals.longest_streak, totals.active_on) == (1, 2, date(2026, 1, 4))


def test_a_clock_behind_breaks_no_streak() -> None:
    totals = totals_after((module(1), 0), (module(2), 1), (module(3), 0), (module(4), 2))
    assert totals.streak == 3


def test_days_are_those_of_utc() -> None:
    next_day_in_karachi = datetime(2026, 1, 2, 4, 30, tzinfo=timezone(timedelta(hours=5)))
    totals, _ = Totals("usr_1").awarded([module()], next_day_in_karachi)
    assert totals.active_on == date(2026, 1, 1)


awards_ = st.one_of(
    st.builds(module_award, st.just("crs_1"), st.text(min_size=1, max_size=4), st.integers(0, 1440)),
    st.builds(course_award, st.sampled_from(["crs_1", "crs_2"])),
    st.builds(submission_award, st.just("crs_1"), st.text(min_size=1, max_size=4)),
    st.builds(
        Award,
        st.text(min_size=1, max_size=4),
        st.just(Reason.GRADE_CORRECTED),
        st.just(-30),
        st.just("crs_1"),
        reverses=st.sampled_from([Reason.EXCELLENT_GRADE, Reason.PERFECT_GRADE]),
    ),
)


@given(st.lists(st.tuples(awards_, st.integers(-2, 30))))
def test_totals_are_the_sums_of_the_ledger(posted: list[tuple[Award, int]]) -> None:
    totals = Totals("usr_1")
    ledger: list[Entry] = []
    for award, day in posted:
        totals, entries = totals.awarded([award], NOON + timedelta(days=day))
        ledger += entries
    assert sums_of("usr_1", ledger) == totals
    assert [entry.number for entry in ledger] == list(range(1, len(ledger) + 1))
    assert totals.points == sum(award.points for award, _ in posted)
    assert totals.study_minutes == sum(entry.award.minutes for entry in ledger)
    assert totals.study_minutes <= sum(award.minutes for award, _ in posted)
    studied, today = Counter[date](), date.min
    for entry in ledger:
        # a clock that goes back counts to the latest day
        today = max(today, entry.awarded_at.date()) if entry.award.minutes else today
        studied[today] += entry.award.minutes
    assert all(minutes <= DAY_MINUTES for minutes in studied.values())
    days = [NOON.date() + timedelta(days=day) for award, day in posted if award.reason.is_learners_own_deed]
    assert totals.active_on == (max(days) if days else None)


@pytest.mark.parametrize(("minutes", "hours"), [(0, 0), (90, 1.5), (100, 1.67), (1440, 24)])
def test_study_hours(minutes: int, hours: float) -> None:
    assert study_hours(minutes) == hours
