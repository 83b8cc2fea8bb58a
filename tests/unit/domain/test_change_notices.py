"""Changes of sessions that learners are told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from peerlearn.domain.change_notices import SessionChange, session_change
from peerlearn.domain.courses import Course, CourseStatus, Kind, Level, Tutor

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEFORE = Course(
    course_id="ssn_1",
    title="Knots",
    description="Six that hold.",
    subject="Crafts",
    level=Level.BEGINNER,
    kind=Kind.SESSION,
    tutor=Tutor("usr_tutor", "Ada"),
    status=CourseStatus.PUBLISHED,
    starts_at=NOON,
    ends_at=NOON + HOUR,
    created_at=NOON - 24 * HOUR,
    version=4,
)
MOVED = replace(BEFORE, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR, version=5)
CLOSED = replace(BEFORE, status=CourseStatus.CLOSED, version=5)


@pytest.mark.parametrize("after", [MOVED, replace(BEFORE, ends_at=NOON + 2 * HOUR), CLOSED])
def test_moved_or_closed_session_is_told(after: Course) -> None:
    change = session_change(BEFORE, after, NOON - HOUR)
    assert change is not None
    assert change.is_closed is (after is CLOSED)
    assert SessionChange.of(change.subject) == change


@pytest.mark.parametrize(
    ("before", "after", "at"),
    [
        # another title, a course at one's own pace, one that gets a time
        (BEFORE, replace(BEFORE, title="Bends", version=5), NOON - HOUR),
        (replace(BEFORE, kind=Kind.COURSE), replace(MOVED, kind=Kind.COURSE), NOON - HOUR),
        (replace(BEFORE, starts_at=None, ends_at=None), MOVED, NOON - HOUR),
        # closed when it had begun; moved within the past
        (BEFORE, CLOSED, NOON),
        (BEFORE, replace(BEFORE, starts_at=NOON - HOUR), NOON),
        # opened again, and made public
        (CLOSED, BEFORE, NOON - HOUR),
        (replace(BEFORE, status=CourseStatus.DRAFT), BEFORE, NOON - HOUR),
    ],
)
def test_change_that_concerns_no_learner_is_not_told(before: Course, after: Course, at: datetime) -> None:
    assert session_change(before, after, at) is None


def test_session_moved_from_the_past_to_come_is_told() -> None:
    assert session_change(BEFORE, MOVED, NOON + HOUR / 2) is not None


def test_change_is_so_until_the_same_changes_again() -> None:
    moved, closed = (session_change(BEFORE, after, NOON - HOUR) for after in (MOVED, CLOSED))
    assert moved is not None
    assert closed is not None
    assert moved.is_still_so(replace(MOVED, title="Bends", version=6))
    assert moved.is_still_so(replace(MOVED, status=CourseStatus.CLOSED, version=6))
    assert not moved.is_still_so(replace(BEFORE, version=6))
    assert closed.is_still_so(CLOSED)
    assert not closed.is_still_so(replace(BEFORE, version=6))
