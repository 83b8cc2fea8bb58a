"""A store writes what was decided on a whole situation; with less it raises, and drops no write in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from peerlearn.domain.points import Totals
from peerlearn.domain.progress import LearnerCourse, ProgressChange
from peerlearn.domain.submissions import Desk, Submission, SubmissionChange
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.progress import ProgressRepository
from tests.fakes.clock import START
from tests.fakes.progress import course, enrollment

NO_TABLE = cast("Any", None)
ATTEMPT = Submission("asm_1", "crs_1", "usr_1", 1, "https://github.com/ada/work", START, late=False)
DESK = Desk(course(), None, enrollment(), ATTEMPT, Totals("usr_1"))
FOUND = LearnerCourse(course(), enrollment(), (), Totals("usr_1"))


@pytest.mark.parametrize("desk", [replace(DESK, enrollment=None), replace(DESK, totals=None)])
def test_attempt_without_seat_or_totals_raises(desk: Desk) -> None:
    with pytest.raises(ValueError, match="whole desk"):
        AssessmentRepository(NO_TABLE).hand_in(desk, SubmissionChange(ATTEMPT, ()), "token")


@pytest.mark.parametrize("desk", [replace(DESK, latest=None), replace(DESK, totals=None)])
def test_grade_without_attempt_or_totals_raises(desk: Desk) -> None:
    with pytest.raises(ValueError, match="whole desk"):
        AssessmentRepository(NO_TABLE).grade(desk, SubmissionChange(ATTEMPT, ()), "token")


@pytest.mark.parametrize("found", [replace(FOUND, enrollment=None), replace(FOUND, totals=None)])
def test_progress_without_seat_or_totals_raises(found: LearnerCourse) -> None:
    change = ProgressChange(enrollment(), (), completes_course=False)
    with pytest.raises(ValueError, match="whole situation"):
        ProgressRepository(NO_TABLE).apply(found, change, "token")
