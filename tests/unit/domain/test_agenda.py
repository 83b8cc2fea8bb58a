"""Agendas: steps lead from any agenda to what it should be, and tallies are sums whatever the order."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.agenda import Agenda, Counted, Statistics, Tally, Todo, TodoKind, hundredths, next_step
from peerlearn.domain.grades import exact_grade

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
OWN = [f"{number:024x}" for number in range(60)]
COUNTED = st.dictionaries(st.sampled_from(OWN), st.none() | st.integers(0, 1000))
ENTRIES = st.frozensets(
    st.builds(
        Todo,
        due=st.sampled_from(["2026-01-01T10:00:00.000Z", "2026-01-02T10:00:00.000Z", "9999"]),
        kind=st.sampled_from(TodoKind),
        reference=st.sampled_from(OWN),
        course_id=st.just("crs_1"),
        closes=st.booleans(),
    )
)


@given(COUNTED, ENTRIES, COUNTED, ENTRIES)
def test_steps_lead_to_what_is_wanted_and_each_fits_a_transaction(
    had: Counted, listed: frozenset[Todo], counted: Counted, entries: frozenset[Todo]
) -> None:
    agenda = Agenda("usr_1", "crs_1", 1, had, listed)
    wanted = Agenda("usr_1", "crs_1", 1, counted, entries)
    for _ in range(20):
        step = next_step(agenda, wanted)
        if step is None:
            break
        assert step.before == agenda
        assert step.after.version == agenda.version + 1
        changes = len(step.before.entries ^ step.after.entries)
        # the agenda, its account, a tutor's account, and each tally with two entries of the tutor's list
        assert 3 + changes + 3 * len(step.assessments) <= 100
        agenda = step.after
    assert (dict(agenda.counted), agenda.entries) == (dict(counted), entries)


@given(st.lists(st.tuples(st.integers(0, 4), st.none() | st.none() | st.integers(0, 1000), st.booleans())))
def test_tally_is_the_sum_over_the_learners(changes: list[tuple[int, int | None, bool]]) -> None:
    tally, present = Tally(f"asm_crs_1_{OWN[0]}"), dict[int, Counted]()
    for learner, grade, is_there in changes:
        after: Counted = {OWN[0]: grade} if is_there else {}
        tally = tally.with_change(present.get(learner, {}), after)
        present[learner] = after
        grades = [one[OWN[0]] for one in present.values() if one]
        assert tally.submitted == len(grades)
        assert tally.ungraded == grades.count(None)
        assert dict(tally.grades) == {one: grades.count(one) for one in grades if one is not None}


@given(st.dictionaries(st.integers(0, 1000), st.integers(1, 3), min_size=1))
def test_statistics_are_those_of_every_grade(grades: dict[int, int]) -> None:
    everyone = [grade / 100 for grade in sorted(grades) for _ in range(grades[grade])]
    told = Statistics.of(grades, 10)
    assert told.graded == len(everyone) == sum(bar.count for bar in told.distribution)
    assert told.mean is not None
    assert told.median is not None
    assert abs(told.mean - sum(everyone) / len(everyone)) <= 0.005001
    middle = (everyone[(len(everyone) - 1) // 2] + everyone[len(everyone) // 2]) / 2
    assert abs(told.median - middle) <= 0.005001
    for bar in told.distribution:
        is_last = bar.end == 10
        assert bar.count == sum(bar.start <= one < bar.end or (is_last and one == bar.end) for one in everyone)


def test_half_a_hundredth_is_rounded_up() -> None:
    assert Statistics.of({716: 1, 717: 1}, 10).mean == 7.17


def test_grade_is_kept_in_hundredths() -> None:
    assert [hundredths(exact_grade(one)) for one in (9.5, 10, 0, 8.55)] == [950, 1000, 0, 855]
    assert hundredths(None) is None
