"""Times of handing in, and names of files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.assessments import Assessment, course_of_assessment, new_assessment_id
from peerlearn.domain.errors import SubmissionAlreadyGraded, SubmissionClosed
from peerlearn.domain.submissions import Submission, graded, next_attempt
from tests.fakes.progress import enrollment

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ASSESSMENT = Assessment("asm_1", "crs_1", "Mate in two", 10, NOW, allow_late=False, created_at=NOW)
FIRST = Submission("asm_1", "crs_1", "usr_1", 1, "https://github.com/a/b", NOW, late=False)
LINK = "https://github.com/a/c"


@given(st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True))
def test_an_id_tells_its_course(course_id: str) -> None:
    assert course_of_assessment(new_assessment_id(course_id)) == course_id


@pytest.mark.parametrize(
    "foreign", ["", "asm_", "asm_1", "asm__" + "0" * 24, "crs_1", "asm_crs_1_" + "0" * 23, "asm_x_" + "Z" * 24]
)
def test_an_id_of_another_make_has_no_course(foreign: str) -> None:
    assert course_of_assessment(foreign) is None


def test_attempts_are_numbered_and_only_the_first_earns() -> None:
    first, awards = next_attempt(ASSESSMENT, enrollment(), None, LINK, None, NOW)
    assert (first.attempt, [award.points for award in awards]) == (1, [20])
    second, awards = next_attempt(ASSESSMENT, enrollment(), first, LINK, None, NOW)
    assert (second.attempt, awards) == (2, ())
    assert first.submission_id != second.submission_id


@pytest.mark.parametrize(
    ("late_by", "allow_late", "is_late"), [(-1, False, False), (0, False, False), (1, True, True), (0, True, False)]
)
def test_due(late_by: int, allow_late: bool, is_late: bool) -> None:  # noqa: FBT001 (parameters)
    assessment = replace(ASSESSMENT, allow_late=allow_late)
    submission, _ = next_attempt(assessment, enrollment(), None, LINK, None, NOW + timedelta(milliseconds=late_by))
    assert submission.late is is_late


def test_closed_after_the_due_date_and_after_grading() -> None:
    later = NOW + timedelta(milliseconds=1)
    with pytest.raises(SubmissionClosed):
        next_attempt(ASSESSMENT, enrollment(), FIRST, LINK, None, later)
    with pytest.raises(SubmissionAlreadyGraded):
        next_attempt(ASSESSMENT, enrollment(), graded(FIRST, 5, None, "usr_t", NOW), LINK, None, later)
    never = replace(ASSESSMENT, due_at=None)
    assert next_attempt(never, enrollment(), None, LINK, None, NOW + timedelta(days=9999))[0].late is False


def test_grading_counts_revisions_and_the_same_again_is_none() -> None:
    once = graded(FIRST, 5, "good", "usr_t", NOW)
    assert (once.revision, once.graded_by, once.is_graded) == (1, "usr_t", True)
    assert graded(once, 5, "good", "usr_other", NOW + timedelta(1)) is once
    assert graded(once, 5, "better", "usr_t", NOW).revision == 2
    assert graded(FIRST, 0, None, "usr_t", NOW).is_graded
