"""The rules of a course's first version and of every change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from peerlearn.domain.authoring import CourseChanges, CourseDraft, ModuleDraft, time_problems
from peerlearn.domain.courses import CoursePage, CourseStatus, Kind, Level, Tutor
from peerlearn.domain.errors import Conflict, ValidationFailed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EARLY, LATE = datetime(2027, 1, 1, 10, tzinfo=UTC), datetime(2027, 1, 1, 11, tzinfo=UTC)
DRAFT = CourseDraft(
    title="Rook endings",
    description="",
    subject="Games",
    level=Level.BEGINNER,
    kind=Kind.SESSION,
    capacity=8,
    modules=[ModuleDraft("Lucena", 20), ModuleDraft("Philidor", 30)],
    starts_at=EARLY,
    ends_at=LATE,
)


def begun(**fields: object) -> CoursePage:
    return replace(DRAFT, **fields).begun_by(Tutor("usr_1", "Ada"), NOW)  # type: ignore[arg-type]


def wrong_fields(error: ValidationFailed) -> list[str]:
    return [entry["field"] for entry in error.details["fields"]]


@pytest.mark.parametrize(
    ("kind", "starts_at", "ends_at", "fields"),
    [
        (Kind.SESSION, EARLY, LATE, []),
        (Kind.SESSION, None, None, ["startsAt", "endsAt"]),
        (Kind.SESSION, EARLY, None, ["endsAt"]),
        (Kind.SESSION, LATE, EARLY, ["endsAt"]),
        (Kind.SESSION, EARLY, EARLY, ["endsAt"]),
        (Kind.COURSE, None, None, []),
        (Kind.COURSE, EARLY, None, []),
        (Kind.COURSE, None, LATE, []),
        (Kind.COURSE, LATE, EARLY, ["endsAt"]),
    ],
)
def test_times(kind: Kind, starts_at: datetime | None, ends_at: datetime | None, fields: list[str]) -> None:
    assert [field for field, _ in time_problems(kind, starts_at, ends_at)] == fields


def test_a_first_version_has_times_that_fit_whoever_makes_it() -> None:
    with pytest.raises(ValidationFailed) as refused:
        begun(starts_at=LATE, ends_at=EARLY)
    assert wrong_fields(refused.value) == ["endsAt"]


def test_first_version_repeats_in_the_seats_what_decides_a_booking() -> None:
    page = begun(status=CourseStatus.PUBLISHED)
    seats, course = page.seats, page.course
    assert (seats.status, seats.kind, seats.starts_at, seats.ends_at) == (
        course.status,
        course.kind,
        course.starts_at,
        course.ends_at,
    )
    assert (seats.capacity, seats.taken, course.version, course.created_at) == (8, 0, 1, NOW)
    assert course.course_id.startswith("ssn_")


def test_change_that_changes_nothing_is_the_same_page() -> None:
    page = begun()
    assert CourseChanges().applied_to(page) is page
    assert CourseChanges(title=page.course.title, capacity=8, starts_at=EARLY).applied_to(page) is page


def test_change_moves_seats_and_version_along() -> None:
    page = begun()
    after = CourseChanges(capacity=None, ends_at=datetime(2027, 1, 1, 12, tzinfo=UTC)).applied_to(page)
    assert after.course.version == 2
    assert after.seats.capacity is None
    assert after.seats.ends_at == after.course.ends_at != page.course.ends_at
    assert after.modules == page.modules


def test_modules_keep_their_ids() -> None:
    page = begun()
    first, second = page.modules
    listed = [ModuleDraft("New", 1), ModuleDraft("Philidor's", 31, second.module_id)]
    after = CourseChanges(modules=listed).applied_to(page)
    assert after.modules[1].module_id == second.module_id
    assert (after.modules[1].title, after.modules[1].minutes) == ("Philidor's", 31)
    assert after.modules[0].module_id not in (first.module_id, second.module_id)


def test_wrong_modules_are_all_named() -> None:
    page = begun()
    known = page.modules[0].module_id
    with pytest.raises(ValidationFailed) as refused:
        CourseChanges(modules=[ModuleDraft("A", 1, m) for m in (known, "mod_x", known, None)]).applied_to(page)
    assert wrong_fields(refused.value) == ["modules.1.moduleId", "modules.2.moduleId"]


@pytest.mark.parametrize("status", [CourseStatus.PUBLISHED, CourseStatus.CLOSED])
def test_nothing_becomes_a_draft_again(status: CourseStatus) -> None:
    with pytest.raises(Conflict):
        CourseChanges(status=CourseStatus.DRAFT).applied_to(begun(status=status))
