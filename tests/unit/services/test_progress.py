"""Progress over anything that a learner and a tutor may do, in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import CourseNotFound, ModuleNotFound, NotEnrolled
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.points import sums_of
from peerlearn.domain.progress import percentage
from peerlearn.domain.users import Principal, Role
from peerlearn.services.progress import ProgressService
from tests.fakes.progress import BEGAN, FakeProgress, modules

ADA = Principal("usr_1", Role.LEARNER, "sid_1")
NAMES = ["a", "b", "c", "d", "e"]


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_percentage_is_rounded_down_and_full_only_when_all_is_done(done: int, total: int) -> None:
    done = min(done, total)
    result = percentage(done, total)
    assert 0 <= result <= 100
    assert (result == 100) == (done == total > 0)
    assert result * total <= done * 100


@pytest.mark.parametrize(
    ("user_id", "course_id", "module_id", "refusal"),
    [
        ("usr_1", "crs_2", "a", CourseNotFound),
        ("usr_2", "crs_1", "a", NotEnrolled),
        ("usr_1", "crs_1", "z", ModuleNotFound),
    ],
)
def test_refusals(user_id: str, course_id: str, module_id: str, refusal: type[Exception]) -> None:
    store = FakeProgress(modules("a"))
    with pytest.raises(refusal):
        ProgressService(store).complete(Principal(user_id, Role.LEARNER, "sid_1"), course_id, module_id)
    assert store.changes == 0


@pytest.mark.parametrize("status", [EnrollmentStatus.DROPPED, EnrollmentStatus.WAITLISTED])
def test_without_a_seat_there_is_no_progress(status: EnrollmentStatus) -> None:
    store = FakeProgress(modules("a"))
    assert store.enrollment is not None
    store.enrollment = replace(store.enrollment, status=status)
    service = ProgressService(store)
    with pytest.raises(NotEnrolled):
        service.one(ADA, "crs_1")
    with pytest.raises(NotEnrolled):
        service.complete(ADA, "crs_1", "a")


class Learning(RuleBasedStateMachine):
    """A tutor edits, a learner completes, drops and enrols again."""

    def __init__(self) -> None:
        super().__init__()
        self.store = FakeProgress(modules("a", "b"))
        self.now = BEGAN
        self.service = ProgressService(self.store, lambda: self.now)
        self.was_completed = False

    @property
    def status(self) -> EnrollmentStatus:
        assert self.store.enrollment is not None
        return self.store.enrollment.status

    @rule(names=st.lists(st.sampled_from(NAMES), unique=True))
    def edit(self, names: list[str]) -> None:
        self.store.outline = modules(*names)

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(name=st.sampled_from(NAMES), minutes=st.integers(0, 1440))
    def complete(self, name: str, minutes: int) -> None:
        present = {module.module_id for module in self.store.outline}
        before = self.store.totals
        act: Callable[[], object] = lambda: self.service.complete(ADA, "crs_1", name, minutes)  # noqa: E731
        if not self.status.holds_seat:
            with pytest.raises(NotEnrolled):
                act()
        elif name not in present:
            with pytest.raises(ModuleNotFound):
                act()
        else:
            first = act()
            after = self.store.totals
            # of what is reported no more counts than a module and a day can have
            assert 0 <= after.study_minutes - before.study_minutes <= min(minutes, 240)
            assert act() == first
            assert self.store.totals == after
            return
        assert self.store.totals == before

    @precondition(lambda self: self.status is EnrollmentStatus.ACTIVE)
    @rule()
    def drop(self) -> None:
        assert self.store.enrollment is not None
        self.store.enrollment = replace(self.store.enrollment, status=EnrollmentStatus.DROPPED)

    @precondition(lambda self: self.status is EnrollmentStatus.DROPPED)
    @rule()
    def enroll_again(self) -> None:
        assert self.store.enrollment is not None
        self.store.enrollment = replace(self.store.enrollment, status=EnrollmentStatus.ACTIVE)

    @invariant()
    def points_are_the_sum_of_what_was_done_once(self) -> None:
        enrollment = self.store.enrollment
        assert enrollment is not None
        assert self.store.totals == sums_of("usr_1", self.store.ledger)
        assert self.store.completions == (self.status is EnrollmentStatus.COMPLETED)
        expected = 10 * len(enrollment.completed_modules) + 100 * self.store.completions
        assert enrollment.points == self.store.totals.points == expected
        assert self.store.totals.study_minutes == sum(enrollment.completed_modules.values())

    @invariant()
    def a_completed_course_stays_completed(self) -> None:
        assert not self.was_completed or self.status is EnrollmentStatus.COMPLETED
        self.was_completed = self.status is EnrollmentStatus.COMPLETED

    @invariant()
    def the_percentage_is_that_of_the_present_modules(self) -> None:
        if not self.status.holds_seat:
            return
        progress = self.service.one(ADA, "crs_1")
        enrollment = self.store.enrollment
        assert enrollment is not None
        done = sum(module.module_id in enrollment.completed_modules for module in self.store.outline)
        assert (progress.completed_modules, progress.total_modules) == (done, len(self.store.outline))
        assert 0 <= progress.completion_percentage <= 100
        assert (progress.completion_percentage == 100) == (done == len(self.store.outline) > 0)
        page, summary = self.service.everything(ADA, PageRequest())
        assert list(page.entries) == [progress]
        assert summary.average_percentage == progress.completion_percentage
        assert summary.points == self.store.totals.points


TestLearning = Learning.TestCase
