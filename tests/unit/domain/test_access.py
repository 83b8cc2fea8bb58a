"""Permissions in a course: every kind of caller against every rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from peerlearn.domain import access
from peerlearn.domain.assessments import Assessment
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import AssessmentNotFound, CourseNotFound, DomainError, Forbidden, NotEnrolled
from peerlearn.domain.users import Principal, Role
from tests.fakes.progress import course

NOW = datetime(2026, 3, 1, tzinfo=UTC)
COURSE = course()
DRAFT = replace(COURSE, status=CourseStatus.DRAFT)
CLOSED = replace(COURSE, status=CourseStatus.CLOSED)
ASSESSMENT = Assessment("asm_1", "crs_1", "Essay", 10, None, allow_late=False, created_at=NOW)
SEAT = Enrollment("usr_learner", "crs_1", EnrollmentStatus.ACTIVE, NOW, NOW)

CALLERS = {
    "its tutor": Principal("usr_tutor", Role.TUTOR, "sid"),
    "administrator": Principal("usr_admin", Role.ADMIN, "sid"),
    "administrator who made it": Principal("usr_tutor", Role.ADMIN, "sid"),
    "another tutor": Principal("usr_other", Role.TUTOR, "sid"),
    "learner": Principal("usr_learner", Role.LEARNER, "sid"),
    "demoted tutor": Principal("usr_tutor", Role.LEARNER, "sid"),
}
TEACHERS = {"its tutor", "administrator", "administrator who made it"}
AUTHORS = TEACHERS | {"demoted tutor"}

Rule = Callable[[Principal], object]


def let_in(rule: Rule, refusal: type[DomainError]) -> set[str]:
    """Return who is not refused, each other one for that reason."""
    found = set()
    for name, caller in CALLERS.items():
        try:
            rule(caller)
        except refusal:
            continue
        found.add(name)
    return found


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        # A handler for authors refuses a demoted one by their role.
        (lambda caller: access.may_author(caller, COURSE), AUTHORS),
        (lambda caller: access.may_teach(caller, COURSE), TEACHERS),
        (lambda caller: access.may_find(caller, COURSE), set(CALLERS)),
        (lambda caller: access.may_find(caller, CLOSED), set(CALLERS)),
        (lambda caller: access.may_find(caller, DRAFT), AUTHORS),
        (access.can_have_courses, set(CALLERS) - {"learner", "demoted tutor"}),
    ],
)
def test_predicate_holds_for(rule: Callable[[Principal], bool], allowed: set[str]) -> None:
    assert {name for name, caller in CALLERS.items() if rule(caller)} == allowed


def test_nobody_may_teach_or_author_and_finds_what_is_published() -> None:
    assert not access.may_author(None, COURSE)
    assert not access.may_teach(None, COURSE)
    assert [access.may_find(None, course) for course in (COURSE, CLOSED, DRAFT)] == [True, True, False]


@pytest.mark.parametrize(
    ("rule", "refusal", "allowed"),
    [
        (lambda caller: access.require_course(DRAFT, caller), CourseNotFound, AUTHORS),
        (lambda caller: access.require_course(None, caller), CourseNotFound, set()),
        (lambda caller: access.require_shown(caller, DRAFT, ASSESSMENT), AssessmentNotFound, AUTHORS),
        (lambda caller: access.require_shown(caller, COURSE, None), AssessmentNotFound, set()),
        (lambda caller: access.require_shown(caller, None, ASSESSMENT), AssessmentNotFound, set()),
        (lambda caller: access.require_author(caller, COURSE), Forbidden, AUTHORS),
        (lambda caller: access.require_author(caller, DRAFT), CourseNotFound, AUTHORS),
        (lambda caller: access.require_author(caller, None), CourseNotFound, set()),
        (lambda caller: access.require_tutor(caller, COURSE), Forbidden, AUTHORS),
        (lambda caller: access.require_reader(caller, COURSE, None), NotEnrolled, TEACHERS),
        (lambda caller: access.require_reader(caller, COURSE, SEAT), NotEnrolled, set(CALLERS)),
        (lambda caller: access.require_fetcher(caller, COURSE, "usr_learner"), Forbidden, TEACHERS | {"learner"}),
    ],
)
def test_rule_lets_in(rule: Rule, refusal: type[DomainError], allowed: set[str]) -> None:
    assert let_in(rule, refusal) == allowed


@pytest.mark.parametrize("status", EnrollmentStatus)
def test_member_is_whoever_holds_a_seat(status: EnrollmentStatus) -> None:
    enrollment = replace(SEAT, status=status)
    if status in (EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED):
        assert access.require_member(enrollment) is enrollment
    else:
        with pytest.raises(NotEnrolled):
            access.require_member(enrollment)


def test_tutor_takes_no_seat_of_their_own() -> None:
    access.refuse_own_tutor(teaches=False)
    with pytest.raises(Forbidden):
        access.refuse_own_tutor(teaches=True)
