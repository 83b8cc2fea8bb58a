"""Modules that go and come back, and study time that nobody can have spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from peerlearn.domain.authoring import CourseChanges, CourseDraft, ModuleDraft
from peerlearn.domain.courses import MODULES_EVER_MAX, CoursePage, CourseStatus, Kind, Level, Module, Tutor
from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.points import DAY_MINUTES, Totals, module_award, sums_of
from tests.fakes.clock import START

OLD = (Module("mod_1", "Opening", 30), Module("mod_2", "Middle game", 30))


def page(modules: tuple[Module, ...] = OLD, status: CourseStatus = CourseStatus.PUBLISHED) -> CoursePage:
    begun = CourseDraft("Endgames", "", "Games", Level.BEGINNER, Kind.COURSE, 10, (), status=status)
    return replace(begun.begun_by(Tutor("usr_tutor", "Ada"), START), modules=modules)


def changed(before: CoursePage, *drafts: ModuleDraft) -> CoursePage:
    return CourseChanges(modules=drafts).applied_to(before)


def draft(module: Module, *, with_id: bool = True) -> ModuleDraft:
    return ModuleDraft(module.title, module.minutes, module.module_id if with_id else None)


def test_retired_module_comes_back_under_its_id() -> None:
    without = changed(page(), draft(OLD[1]))
    assert [one.module_id for one in without.retired] == ["mod_1"]
    again = changed(without, draft(OLD[0]), draft(OLD[1]))
    assert list(again.modules) == list(OLD)
    assert again.retired == ()


@pytest.mark.parametrize("title", ["Opening", "opening ", "OPENING"])
def test_module_called_like_a_retired_one_is_that_one(title: str) -> None:
    without = changed(page(), draft(OLD[1]))
    again = changed(without, draft(OLD[1]), ModuleDraft(title, 45))
    assert again.modules[1] == Module("mod_1", title, 45)


def test_list_that_is_sent_anew_without_ids_is_the_same_modules() -> None:
    again = changed(page(), *(draft(one, with_id=False) for one in OLD))
    assert list(again.modules) == list(OLD)


def test_two_modules_of_one_title_are_two() -> None:
    again = changed(page(), draft(OLD[0]), draft(OLD[1]), ModuleDraft("Opening", 30))
    assert len({one.module_id for one in again.modules}) == 3


def test_module_of_another_course_is_named() -> None:
    with pytest.raises(ValidationFailed):
        changed(page(), ModuleDraft("Else", 30, "mod_9"))


def test_drafts_modules_are_not_remembered() -> None:
    assert changed(page(status=CourseStatus.DRAFT), draft(OLD[1])).retired == ()


def test_course_has_no_more_modules_in_its_life_than_it_may() -> None:
    present = page(())
    for number in range(MODULES_EVER_MAX):
        present = changed(present, ModuleDraft(f"Another {number}", 10))
    with pytest.raises(ValidationFailed) as refused:
        changed(present, ModuleDraft("One more", 10))
    assert [one["field"] for one in refused.value.details["fields"]] == ["modules"]


def test_study_time_of_a_day_ends_with_the_day() -> None:
    totals, entries = Totals("usr_1"), []
    for number, minutes in enumerate((1000, 1000, 1000)):
        totals, more = totals.awarded([module_award("crs_1", f"mod_{number}", minutes)], START)
        entries += more
    assert totals.study_minutes == DAY_MINUTES
    totals, more = totals.awarded([module_award("crs_1", "mod_9", 60)], START + timedelta(days=1))
    assert totals.study_minutes == DAY_MINUTES + 60
    assert sums_of("usr_1", [*entries, *more]) == totals


def test_clock_that_goes_back_opens_no_day_anew() -> None:
    totals, _ = Totals("usr_1").awarded([module_award("crs_1", "mod_1", DAY_MINUTES)], START)
    totals, _ = totals.awarded([module_award("crs_1", "mod_2", 60)], START - timedelta(days=1))
    assert totals.study_minutes == DAY_MINUTES
