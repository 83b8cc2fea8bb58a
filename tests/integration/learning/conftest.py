"""Learning on DynamoDB Local: services as they are wired."""

from __future__ import annotations

import pytest

from peerlearn.domain.grades import Grade
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
