"""A learner's list of places in line once a session has ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus, as_listed

END = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAITING = Enrollment("usr_1", "ssn_1", EnrollmentStatus.WAITLISTED, END, END, waiting_since="then")
MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("ends_at", "now", "status"),
    [
        (END, END - MOMENT, EnrollmentStatus.WAITLISTED),
        (END, END, EnrollmentStatus.DROPPED),
        (END, END + MOMENT, EnrollmentStatus.DROPPED),
        # a course has no end, and of one that is gone nothing is known
        (None, END, EnrollmentStatus.WAITLISTED),
    ],
)
def test_a_place_in_line_ends_with_the_session(
    ends_at: datetime | None, now: datetime, status: EnrollmentStatus
) -> None:
    assert as_listed(WAITING, ends_at, now) == replace(WAITING, status=status)


@pytest.mark.parametrize("status", set(EnrollmentStatus) - {EnrollmentStatus.WAITLISTED})
def test_every_other_status_outlives_the_session(status: EnrollmentStatus) -> None:
    enrollment = replace(WAITING, status=status)
    assert as_listed(enrollment, END, END + MOMENT) == enrollment
