"""An assessment that is changed, deleted, graded and handed in for at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from peerlearn.domain.assessment_changes import AssessmentChanges
from peerlearn.domain.errors import DomainError
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.assessment_changes import AssessmentChangeRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.assessment_changes import AssessmentChangeService
from tests.integration.learning.conftest import TUTOR, School
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.learning import Learning

LEARNERS = [Principal(f"usr_{number}", Role.LEARNER, "sid_1") for number in range(6)]


@pytest.fixture
def changing(table: Table) -> AssessmentChangeService:
    return AssessmentChangeService(AssessmentChangeRepository(table), backoff=table._backoff)


def code_of(result: object) -> str:
    return result.code if isinstance(result, DomainError) else "done"


def set_task(school: School, courses: Courses, learning: Learning) -> tuple[str, str]:
    course = courses.add(None, tutor_id=TUTOR.user_id)
    for one in LEARNERS:
        learning.enroll(one.user_id, course)
    made = school.assessments.create(TUTOR, course, title="Essay", instructions="Write.", max_grade=10)
    return course, made.assessment_id


@pytest.mark.parametrize("round_", range(8))
def test_deletion_finds_an_attempt_or_attempts_find_no_assessment(
    school: School,
    courses: Courses,
    learning: Learning,
    changing: AssessmentChangeService,
    table: Table,
    round_: int,
) -> None:
    _, assessment = set_task(school, courses, learning)
    handing_in = [partial(school.submit, one, assessment) for one in LEARNERS]
    tasks: list[Callable[[], object]] = [*handing_in]
    tasks.insert(round_, partial(changing.delete, TUTOR, assessment))
    results = [code_of(one) for one in at_once(tasks)]
    deletion = results.pop(min(round_, len(handing_in)))
    _, kept, total = AssessmentRepository(table).course_and_total(assessment)
    if deletion == "done":
        assert set(results) == {"ASSESSMENT_NOT_FOUND"}
        assert (kept, total) == (None, 0)
    else:
        assert deletion == "CONFLICT"
        assert results == ["done"] * len(LEARNERS)
        assert kept is not None
        assert total == len(LEARNERS)


@pytest.mark.parametrize("round_", range(6))
def test_first_grade_and_a_lower_highest_grade_never_both_hold(
    school: School, courses: Courses, learning: Learning, changing: AssessmentChangeService, round_: int
) -> None:
    _, assessment = set_task(school, courses, learning)
    school.submit(LEARNERS[0], assessment)
    grading = partial(school.grade, assessment, LEARNERS[0].user_id, 10)
    lowering = partial(changing.update, TUTOR, assessment, AssessmentChanges(max_grade=5))
    tasks: list[Callable[[], object]] = [grading, lowering] if round_ % 2 else [lowering, grading]
    at_once(tasks)
    page = school.assessments.page(TUTOR, assessment)
    submission = school.assessments.page(LEARNERS[0], assessment).submission
    assert submission is not None
    assert submission.grade is None or submission.grade <= page.assessment.max_grade


def test_changes_at_once_are_all_there(
    school: School, courses: Courses, learning: Learning, changing: AssessmentChangeService
) -> None:
    _, assessment = set_task(school, courses, learning)
    changes = [
        AssessmentChanges(title="New"),
        AssessmentChanges(instructions="Other."),
        AssessmentChanges(max_grade=20),
        AssessmentChanges(allow_late=True),
    ]
    at_once([partial(changing.update, TUTOR, assessment, one) for one in changes])
    page = school.assessments.page(TUTOR, assessment)
    found = page.assessment
    assert (found.title, page.instructions, found.max_grade, found.allow_late) == ("New", "Other.", 20, True)
    assert found.version == 5
