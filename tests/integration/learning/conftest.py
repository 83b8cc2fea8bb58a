"""Learning on DynamoDB Local: services as they are wired."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.domain.courses import Module
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.grades import Grade
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.leaderboard import LeaderboardRepository
from peerlearn.persistence.ledger import LedgerRepository
from peerlearn.persistence.progress import ProgressRepository
from peerlearn.persistence.table import Table
from peerlearn.services.assessments import AssessmentService
from peerlearn.services.leaderboard import LeaderboardService
from peerlearn.services.points import PointsService
from peerlearn.services.progress import ProgressService
from peerlearn.services.submissions import SubmissionService
from tests.fakes.uploads import NoBucket
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.wire import Wire

TUTOR = Principal("usr_tutor", Role.TUTOR, "sid_tutor")
ADA = Principal("usr_ada", Role.LEARNER, "sid_ada")


class School:
    """The services over one table."""

    def __init__(self, table: Table) -> None:
        assessments, backoff = AssessmentRepository(table), table._backoff
        self.progress = ProgressService(ProgressRepository(table), backoff=backoff)
        self.points = PointsService(LedgerRepository(table))
        self.leaderboard = LeaderboardService(LeaderboardRepository(table), AccountRepository(table))
        self.assessments = AssessmentService(assessments, backoff=backoff)
        self.submissions = SubmissionService(assessments, NoBucket(), backoff=backoff)

    def submit(self, caller: Principal, assessment_id: str, name: str = "work") -> int:
        """The number of the attempt."""
        return self.submissions.submit(caller, assessment_id, f"https://github.com/ada/{name}").attempt

    def grade(self, assessment_id: str, learner_id: str, grade: Grade) -> Grade | None:
        return self.assessments.grade(TUTOR, assessment_id, learner_id, grade, "f").grade


@pytest.fixture
def learning(table: Table) -> Learning:
    return Learning(table)


@pytest.fixture
def school(table: Table) -> School:
    return School(table)


@pytest.fixture
def wired(wire: Wire, table_name: str) -> School:
    """The services over that wire."""
    return School(Table(wire.client, table_name, lambda: Backoff(sleep=lambda _: None)))


class Steps:
    """Each way of changing something, ready to be taken, and what it must have led to, once."""

    def __init__(self, wired: School, school: School, courses: Courses, learning: Learning) -> None:
        self.wired, self.school, self.courses, self.learning = wired, school, courses, learning
        modules = [Module("mod_1", "Pawns", 20), Module("mod_2", "Rooks", 30)]
        self.course = courses.add(tutor_id=TUTOR.user_id, modules=modules)
        learning.enroll(ADA.user_id, self.course)
        self.assessment = learning.add_assessment(self.course)

    def ready(self, name: str) -> Callable[[], object]:
        wired, course, assessment = self.wired, self.course, self.assessment
        if name == "last_module":
            self.school.progress.complete(ADA, course, "mod_2")
        if name in ("submit_again", "grade", "correct"):
            self.school.submit(ADA, assessment)
        if name == "correct":
            self.school.grade(assessment, ADA.user_id, 10)
        steps: dict[str, Callable[[], object]] = {
            "module": lambda: wired.progress.complete(ADA, course, "mod_1", 30),
            "last_module": lambda: wired.progress.complete(ADA, course, "mod_1", 30),
            "submit": lambda: wired.submit(ADA, assessment),
            "submit_again": lambda: wired.submit(ADA, assessment, "again"),
            "grade": lambda: wired.grade(assessment, ADA.user_id, 10),
            "correct": lambda: wired.grade(assessment, ADA.user_id, 5),
            "create": lambda: wired.assessments.create(TUTOR, course, title="t", instructions="", max_grade=1),
        }
        return steps[name]

    def happened_once(self, name: str) -> None:
        points = {
            "module": 10,
            "last_module": 120,
            "submit": 20,
            "submit_again": 20,
            "grade": 50,
            "correct": 20,
            "create": 0,
        }
        assert self.learning.totals(ADA.user_id).points == points[name]
        attempts = {"submit": 1, "submit_again": 2, "grade": 1, "correct": 1}
        assert self.school.assessments.mine(ADA, PageRequest()).total == attempts.get(name, 0)
        assert self.learning.enrollment(ADA.user_id, self.course).status is (
            EnrollmentStatus.COMPLETED if name == "last_module" else EnrollmentStatus.ACTIVE
        )
        self.learning.check(ADA.user_id)
        self.courses.check(self.course)


@pytest.fixture
def steps(wired: School, school: School, courses: Courses, learning: Learning) -> Steps:
    return Steps(wired, school, courses, learning)
