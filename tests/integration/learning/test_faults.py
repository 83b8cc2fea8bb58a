"""Functions killed before they write, what others do in between, and what each request costs in round trips.

`integration/faults` has every fault at every call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from peerlearn.domain.courses import Module
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import NotEnrolled, SubmissionAlreadyGraded
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.keys import Key
from peerlearn.persistence.ledger import crediting, posting
from peerlearn.persistence.table import ConditionFailed, Table
from tests.integration.learning.conftest import ADA, School
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
from tests.integration.learning.conftest import Steps

TRANSACT, READ, QUERY, GET = "TransactWriteItems", "BatchGetItem", "Query", "GetItem"
NAMES = ["module", "last_module", "submit", "submit_again", "grade", "correct", "create"]


@pytest.mark.parametrize("name", NAMES)
def test_a_function_killed_before_its_write_leaves_everything_as_it_was(
    steps: Steps, learning: Learning, wire: Wire, name: str
) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    step = steps.ready(name)
    before = learning.items(ADA.user_id)
    wire.before(TRANSACT, kill)
    with pytest.raises(Killed):
        step()
    assert learning.items(ADA.user_id) == before
    step()
    steps.happened_once(name)


def test_learner_who_drops_meanwhile_completes_nothing(steps: Steps, learning: Learning, wire: Wire) -> None:
    for name in ("module", "submit"):
        step = steps.ready(name)
        wire.before(TRANSACT, lambda: learning.drop(ADA.user_id, steps.course))
        with pytest.raises(NotEnrolled):
            step()
        learning.enroll(ADA.user_id, steps.course)
    assert learning.totals(ADA.user_id).points == 0


def test_a_second_attempt_of_who_drops_meanwhile_is_refused(steps: Steps, learning: Learning, wire: Wire) -> None:
    step = steps.ready("submit_again")
    wire.before(TRANSACT, lambda: learning.drop(ADA.user_id, steps.course))
    with pytest.raises(NotEnrolled):
        step()
    learning.check(ADA.user_id)


def test_an_attempt_that_was_graded_meanwhile_stays_the_last(steps: Steps, school: School, wire: Wire) -> None:
    step = steps.ready("submit_again")
    wire.before(TRANSACT, lambda: school.grade(steps.assessment, ADA.user_id, 10))
    with pytest.raises(SubmissionAlreadyGraded):
        step()
    latest = school.assessments.page(ADA, steps.assessment).submission
    assert latest is not None
    assert (latest.attempt, latest.grade) == (1, 10)


def test_a_grade_goes_to_the_attempt_that_is_the_latest(steps: Steps, school: School, wire: Wire) -> None:
    step = steps.ready("grade")
    wire.before(TRANSACT, lambda: school.submit(ADA, steps.assessment, "again"))
    step()
    latest = school.assessments.page(ADA, steps.assessment).submission
    assert latest is not None
    assert (latest.attempt, latest.grade) == (2, 10)


def test_points_of_another_course_in_between_are_not_lost(
    steps: Steps, school: School, courses: Courses, learning: Learning, wire: Wire
) -> None:
    other = courses.add()
    learning.enroll(ADA.user_id, other)
    step = steps.ready("module")
    wire.before(TRANSACT, lambda: school.progress.complete(ADA, other, "mod_1", 15))
    step()
    assert (learning.totals(ADA.user_id).points, learning.totals(ADA.user_id).study_minutes) == (20, 45)
    learning.check(ADA.user_id)


class TornTable(Table):
    """Something else commits in the middle of a BatchGet: each of its items is read by itself, the totals last."""

    between: Callable[[], object] | None = None

    def batch_get(self, keys: Iterable[Key], *, consistent: bool = True) -> dict[Key, Item]:
        wanted = list(keys)
        between, self.between = self.between, None
        if between is None:
            return super().batch_get(wanted, consistent=consistent)
        found = super().batch_get([key for key in wanted if key.sk != "A#TOTALS"], consistent=consistent)
        between()
        return found | super().batch_get([key for key in wanted if key.sk == "A#TOTALS"], consistent=consistent)


@pytest.fixture
def torn(dynamodb: DynamoDBClient, table_name: str) -> TornTable:
    return TornTable(dynamodb, table_name)


def test_a_module_that_a_torn_read_missed_is_not_lost(
    torn: TornTable, school: School, courses: Courses, learning: Learning
) -> None:
    """Not even where the points came out the same: three modules more, and a grade that was taken back."""
    course = courses.add(modules=[Module(f"mod_{n}", "M", 1) for n in range(4)])
    learning.enroll(ADA.user_id, course)
    assessment = learning.add_assessment(course)
    school.submit(ADA, assessment)
    school.grade(assessment, ADA.user_id, 10)

    def meanwhile() -> None:
        for number in (1, 2, 3):
            school.progress.complete(ADA, course, f"mod_{number}")
        school.grade(assessment, ADA.user_id, 1)

    torn.between = meanwhile
    progress = School(torn).progress.complete(ADA, course, "mod_0")
    assert (progress.completion_percentage, progress.status) == (100, EnrollmentStatus.COMPLETED)
    learning.check(ADA.user_id)
    courses.check(course)


def test_points_that_a_torn_read_missed_are_not_lost(steps: Steps, torn: TornTable, learning: Learning) -> None:
    steps.ready("grade")
    torn.between = lambda: steps.school.grade(steps.assessment, ADA.user_id, 10)
    School(torn).progress.complete(ADA, steps.course, "mod_1")
    assert learning.enrollment(ADA.user_id, steps.course).points == 60
    torn.between = lambda: steps.school.progress.complete(ADA, steps.course, "mod_2")
    School(torn).grade(steps.assessment, ADA.user_id, 0)
    learning.check(ADA.user_id)


def test_an_attempt_that_a_torn_read_missed_is_not_lost(steps: Steps, torn: TornTable, learning: Learning) -> None:
    steps.ready("grade")
    torn.between = lambda: steps.school.submit(ADA, steps.assessment, "in-between")
    School(torn).grade(steps.assessment, ADA.user_id, 1)
    latest = steps.school.assessments.page(ADA, steps.assessment).submission
    assert latest is not None
    assert (latest.attempt, latest.grade) == (2, 1)
    torn.between = lambda: steps.school.grade(steps.assessment, ADA.user_id, 10)
    School(torn).grade(steps.assessment, ADA.user_id, 5)
    past = learning.items(ADA.user_id, f"SUBMISSION#{steps.assessment}#GRADE#")
    assert [int(item["grade"]) for item in past] == [1, 10]
    learning.check(ADA.user_id)


def test_a_first_attempt_that_a_torn_read_missed_is_not_lost(steps: Steps, torn: TornTable, learning: Learning) -> None:
    torn.between = lambda: steps.school.submit(ADA, steps.assessment, "first")
    assert School(torn).submit(ADA, steps.assessment, "second") == 2
    learning.check(ADA.user_id)


def test_an_award_is_made_once_whatever_else_is_known(steps: Steps, table: Table, learning: Learning) -> None:
    """The ledger has a lock of its own: the award's key."""
    steps.ready("module")()
    (entry,) = learning.ledger(ADA.user_id)
    totals = learning.totals(ADA.user_id)
    after, entries = totals.awarded([entry.award], entry.awarded_at)
    with pytest.raises(ConditionFailed):
        table.transact(posting(totals, after, entries, "again"), str(uuid4()))
    learning.check(ADA.user_id)


def test_nobody_is_given_points_without_an_enrollment(steps: Steps, table: Table, learning: Learning) -> None:
    steps.ready("module")()
    (entry,) = learning.ledger(ADA.user_id)
    nobody = replace(learning.enrollment(ADA.user_id, steps.course), learner_id="usr_nobody", points=0)
    with pytest.raises(ConditionFailed):
        table.write(crediting(nobody, [entry.award], "token"))
    assert learning.items("usr_nobody") == []
