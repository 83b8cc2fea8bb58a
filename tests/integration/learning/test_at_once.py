"""Everything that can happen at the same moment does, and nothing is lost or counted twice."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from peerlearn.domain.courses import ASSESSMENTS_MAX, Module
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import DomainError, ModuleNotFound, NotEnrolled, ValidationFailed
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.users import Principal, Role
from tests.integration.learning.conftest import ADA, TUTOR, School
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.learning import Learning

Tasks = list[Callable[[], object]]


def a_course(courses: Courses, modules: int) -> str:
    return courses.add(None, modules=[Module(f"mod_{n}", f"Module {n}", 10) for n in range(modules)])


@pytest.mark.parametrize("round_", range(5))
def test_the_last_modules_at_once_complete_the_course_once(
    school: School, courses: Courses, learning: Learning, round_: int
) -> None:
    course = a_course(courses, 2 + round_)
    learning.enroll(ADA.user_id, course)
    tasks: Tasks = [lambda n=n: school.progress.complete(ADA, course, f"mod_{n}", 10) for n in range(2 + round_)]  # type: ignore[misc]
    results = at_once(tasks)
    assert not [one for one in results if isinstance(one, DomainError)]
    enrollment = learning.enrollment(ADA.user_id, course)
    assert (enrollment.status, enrollment.points) == (EnrollmentStatus.COMPLETED, 10 * (2 + round_) + 100)
    assert learning.totals(ADA.user_id).study_minutes == 10 * (2 + round_)
    courses.check(course)
    learning.check(ADA.user_id)


def test_the_same_module_at_once_counts_once(school: School, courses: Courses, learning: Learning) -> None:
    course = a_course(courses, 2)
    learning.enroll(ADA.user_id, course)
    results = at_once([lambda: school.progress.complete(ADA, course, "mod_0", 25)] * 32)
    assert {getattr(one, "completion_percentage", one) for one in results} == {50}
    assert (learning.totals(ADA.user_id).points, learning.totals(ADA.user_id).study_minutes) == (10, 25)
    learning.check(ADA.user_id)


def test_many_learners_complete_the_same_course_at_once(school: School, courses: Courses, learning: Learning) -> None:
    course = a_course(courses, 1)
    learners = [Principal(f"usr_{n}", Role.LEARNER, "sid_1") for n in range(32)]
    for one in learners:
        learning.enroll(one.user_id, course)
    results = at_once([lambda one=one: school.progress.complete(one, course, "mod_0") for one in learners])  # type: ignore[misc]
    assert {getattr(one, "status", one) for one in results} == {EnrollmentStatus.COMPLETED}
    assert courses.seats(course).completed == 32
    courses.check(course)


def test_attempts_at_once_are_all_kept(school: School, courses: Courses, learning: Learning) -> None:
    course = a_course(courses, 1)
    learning.enroll(ADA.user_id, course)
    assessment = learning.add_assessment(course)
    attempts = at_once([lambda n=n: school.submit(ADA, assessment, f"work-{n}") for n in range(8)])  # type: ignore[misc]
    assert sorted(attempts, key=str) == list(range(1, 9))
    page = school.assessments.mine(ADA, PageRequest(limit=100))
    assert (page.total, sorted(one.attempt for one in page.entries)) == (8, list(range(1, 9)))
    assert len({one.submission_url for one in page.entries}) == 8
    assert school.assessments.all_of(TUTOR, assessment, PageRequest()).total == 8
    assert learning.totals(ADA.user_id).points == 20
    learning.check(ADA.user_id)


def test_the_same_work_at_once_is_one_attempt(school: School, courses: Courses, learning: Learning) -> None:
    course = a_course(courses, 1)
    learning.enroll(ADA.user_id, course)
    assessment = learning.add_assessment(course)
    assert set(at_once([lambda: school.submit(ADA, assessment, "work")] * 16)) == {1}
    assert school.assessments.mine(ADA, PageRequest()).total == 1
    learning.check(ADA.user_id)


def test_an_attempt_and_its_grading_at_once(school: School, courses: Courses, learning: Learning) -> None:
    """Either the new attempt came first and is the graded one, or it is refused."""
    course = a_course(courses, 1)
    learning.enroll(ADA.user_id, course)
    for _ in range(5):
        assessment = learning.add_assessment(course)
        school.submit(ADA, assessment)
        attempt, grade = at_once(
            [
                lambda a=assessment: school.submit(ADA, a, "again"),  # type: ignore[misc]
                lambda a=assessment: school.grade(a, ADA.user_id, 10),  # type: ignore[misc]
            ]
        )
        assert grade == 10
        latest = school.assessments.page(ADA, assessment).submission
        assert latest is not None
        assert latest.grade == 10
        refused = getattr(attempt, "code", None) == "SUBMISSION_ALREADY_GRADED"
        assert latest.attempt == (1 if refused else 2)
    learning.check(ADA.user_id)


def test_gradings_at_once_leave_one_award_and_the_history(school: School, courses: Courses, learning: Learning) -> None:
    course = a_course(courses, 1)
    learning.enroll(ADA.user_id, course)
    assessment = learning.add_assessment(course)
    school.submit(ADA, assessment)
    grades = [5, 9, 10, 9, 2, 10, 7, 9]
    at_once([lambda g=g: school.grade(assessment, ADA.user_id, g) for g in grades])  # type: ignore[misc]
    latest = school.assessments.page(ADA, assessment).submission
    assert latest is not None
    assert latest.grade is not None
    assert learning.totals(ADA.user_id).points == 20 + (30 if latest.grade >= 9 else 0)
    past = learning.items(ADA.user_id, f"SUBMISSION#{assessment}#GRADE#")
    assert len(past) == latest.revision - 1
    learning.check(ADA.user_id)


def test_exactly_as_many_assessments_as_a_course_may_have(school: School, courses: Courses) -> None:
    course = courses.add(tutor_id=TUTOR.user_id)
    results = at_once(
        [lambda: school.assessments.create(TUTOR, course, title="t", instructions="", max_grade=10)]
        * (ASSESSMENTS_MAX + 20)
    )
    refused = [one for one in results if isinstance(one, ValidationFailed)]
    assert len(refused) == 20
    assert len(results) - len(refused) == ASSESSMENTS_MAX


@pytest.mark.parametrize("seed", range(3))
def test_a_crowd_doing_everything(school: School, courses: Courses, learning: Learning, seed: int) -> None:
    """Completing, handing in, grading, dropping, enrolling again, and a tutor who rewrites the outline meanwhile."""
    course = a_course(courses, 4)
    assessments = [learning.add_assessment(course) for _ in range(2)]
    learners = [Principal(f"usr_{n}", Role.LEARNER, "sid_1") for n in range(4)]
    for one in learners:
        learning.enroll(one.user_id, course)
    chance = random.Random(seed)  # noqa: S311 (not a secret)

    def one_thing() -> Callable[[], object]:
        who, module, task = chance.choice(learners), f"mod_{chance.randrange(6)}", chance.choice(assessments)
        work, grade = f"work-{chance.randrange(3)}", chance.randrange(11)
        outline = [f"mod_{n}" for n in range(6) if chance.random() < 0.6]
        return chance.choice(
            [
                lambda: school.progress.complete(who, course, module, 7),
                lambda: school.progress.complete(who, course, module, 7),
                lambda: school.submit(who, task, work),
                lambda: school.grade(task, who.user_id, grade),
                lambda: learning.drop(who.user_id, course),
                lambda: learning.enroll(who.user_id, course),
                lambda: learning.set_modules(course, *outline),
            ]
        )

    results = at_once([one_thing() for _ in range(160)], threads=8)
    codes = {one.code for one in results if isinstance(one, DomainError)}
    assert codes <= {
        NotEnrolled.code,
        ModuleNotFound.code,
        "SUBMISSION_NOT_FOUND",
        "SUBMISSION_ALREADY_GRADED",
        "LEARNER_ENROLLMENT_DENIED",
        "CONFLICT",
    }
    courses.check(course)
    for one in learners:
        learning.check(one.user_id)
        completed = learning.enrollment(one.user_id, course).status is EnrollmentStatus.COMPLETED
        assert [e.award.points for e in learning.ledger(one.user_id)].count(100) == completed
