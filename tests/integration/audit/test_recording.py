"""An entry is stored exactly when what it tells has happened."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from peerlearn.domain.audit import AuditEntry, AuditFilters
from peerlearn.domain.authoring import CourseChanges
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.audit import AuditRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.listings import ListingRepository
from peerlearn.persistence.table import Table
from peerlearn.services.assessments import AssessmentService
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.catalogue import CatalogueIndexer
from peerlearn.services.submissions import SubmissionService
from tests.fakes.uploads import NoBucket
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.wire import THROTTLED, Wire

TRANSACT = "TransactWriteItems"
TUTOR = Principal("usr_tutor", Role.TUTOR, "sid", "203.0.113.7")
ADA = Principal("usr_ada", Role.LEARNER, "sid")


def entries(table: Table) -> list[AuditEntry]:
    now = utc_now()
    return list(AuditRepository(table).page(AuditFilters(), PageRequest(1, 100), now, now - timedelta(days=9)).entries)


@pytest.fixture
def course(table: Table) -> str:
    return Courses(table).add(tutor_id=TUTOR.user_id)


@pytest.fixture
def assessment(table: Table, course: str) -> str:
    learning = Learning(table)
    learning.enroll(ADA.user_id, course)
    assessment = learning.add_assessment(course)
    submissions = SubmissionService(AssessmentRepository(table), NoBucket())
    submissions.submit(ADA, assessment, "https://github.com/ada/work")
    return assessment


def authoring(table: Table) -> AuthoringService:
    return AuthoringService(
        CourseRepository(table), AccountRepository(table), CatalogueIndexer(ListingRepository(table))
    )


@pytest.fixture(params=["grade", "close"])
def step(request: pytest.FixtureRequest, course: str, assessment: str) -> Callable[[Table], object]:
    """Something that is audited."""
    if request.param == "grade":
        return lambda table: AssessmentService(AssessmentRepository(table)).grade(
            TUTOR, assessment, ADA.user_id, 7, None
        )
    return lambda table: authoring(table).change(TUTOR, course, CourseChanges(status=CourseStatus.CLOSED))


@pytest.mark.parametrize("forgets_tokens", [False, True])
def test_reply_lost_after_the_commit_leaves_one_entry(
    step: Callable[[Table], object], table: Table, table_name: str, wire: Wire, *, forgets_tokens: bool
) -> None:
    wire.forgets_tokens = forgets_tokens
    wire.lose_reply(TRANSACT)
    step(Table(wire.client, table_name))
    (entry,) = entries(table)
    assert (entry.actor_id, entry.source) == (TUTOR.user_id, "203.0.113.7")


def test_failed_action_leaves_no_entry(
    step: Callable[[Table], object], table: Table, table_name: str, wire: Wire
) -> None:
    wire.refuse(TRANSACT, THROTTLED, times=3)
    with pytest.raises(TemporarilyUnavailable):
        step(Table(wire.client, table_name))
    assert entries(table) == []


def test_gradings_at_once_leave_an_entry_each(assessment: str, table: Table) -> None:
    grading = AssessmentService(AssessmentRepository(table))
    with ThreadPoolExecutor(6) as pool:
        graded = list(pool.map(lambda grade: grading.grade(TUTOR, assessment, ADA.user_id, grade, None), range(6)))
    found = entries(table)
    assert {entry.details["grade"] for entry in found} == set(range(6))
    assert len({one.revision for one in graded}) == len(found) == 6
    # each tells what it took the place of
    followed = {entry.details["was"] for entry in found}
    assert None in followed
    assert len(followed) == 6
