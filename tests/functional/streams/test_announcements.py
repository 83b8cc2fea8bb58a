"""Announcements to a whole course: learners who cannot be told now are told later, and the others not again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import notify
from peerlearn.domain.clock import utc_now
from peerlearn.domain.realtime import Connection
from peerlearn.domain.tasks import Work
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.realtime import connection_item
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from peerlearn.services.enrollments import EnrollmentService
from tests.fakes.push import FakePush
from tests.functional.conftest import TABLE
from tests.functional.streams.conftest import RECEIVER
from tests.functional.streams.test_notify import COURSE, record_of
from tests.support.api import Context
from tests.support.courses import Courses
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OTHER = "usr_other"


@pytest.fixture
def announced(aws: DynamoDBClient, push: FakePush, workers: Workers) -> Workers:
    """A session of two learners was closed, and what they are told is on the queue."""
    table, begins = Table(aws, TABLE), utc_now() + timedelta(days=1)
    Courses(table).add(5, slot=(begins, begins + timedelta(hours=1)), course_id="ssn_1")
    for learner in (RECEIVER, OTHER):
        EnrollmentService(EnrollmentRepository(table)).enroll(learner, "ssn_1")
    table.write(put(connection_item(Connection(OTHER, "other=", "sid_1", utc_now() - timedelta(minutes=1)))))
    # written last, since what is read here lags by some writes in another test
    for number in range(3):
        table.write(put({"PK": f"A{number}", "SK": "B", "entity": "Ticket"}))
    record = record_of(COURSE, COURSE | {"status": "closed", "version": 3})
    notify.lambda_handler({"Records": [record]}, cast("LambdaContext", Context()))
    assert push.posted == {}
    return workers


def test_learner_who_cannot_be_told_is_told_by_a_task_of_their_own(announced: Workers, push: FakePush) -> None:
    push.broken = {"device="}
    queue = announced[Work.ANNOUNCEMENT]
    queue.hand_over()
    assert push.posted.keys() == {"other="}
    assert [task["receivers"] for task in queue.tasks] == [[RECEIVER]]
    push.broken = set()
    announced.drain()
    assert {name: [one["type"] for one in told] for name, told in push.posted.items()} == {
        "other=": ["session.updated"],
        "device=": ["session.updated"],
    }
    assert push.posted["other="] == push.posted["device="]
    assert announced.dead == []


def test_learner_who_can_never_be_told_is_a_dead_letter_alone(announced: Workers, push: FakePush) -> None:
    push.broken = {"device="}
    announced.drain()
    assert [task["receivers"] for task in announced.dead] == [[RECEIVER]]
    assert len(push.posted["other="]) == 1


def test_connection_that_refuses_for_good_is_counted_and_tried_once(
    announced: Workers, push: FakePush, capsys: pytest.CaptureFixture[str]
) -> None:
    push.refused = {"device=": "ForbiddenException"}
    announced.drain()
    assert announced.dead == []
    assert sum(push.posts.values()) == 2
    assert sum('"PushesRefused":[1.0]' in line for line in capsys.readouterr().out.splitlines()) == 1
