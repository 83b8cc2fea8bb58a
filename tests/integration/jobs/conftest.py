"""Workers on DynamoDB Local, with chunks of two, killed between any two calls or let alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from functions.workers import announce, carry_on, promote
from peerlearn.domain.mails import Mailroom
from peerlearn.domain.tasks import Work
from peerlearn.persistence.change_notices import ChangeNoticeRepository
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.jobs import JobRepository
from peerlearn.persistence.news import NewsRepository
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.announcements import Announcer
from peerlearn.services.change_notices import ChangeNoticeService
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.jobs import JobRunner
from peerlearn.services.news import NewsService
from peerlearn.services.notifications import Notifier
from peerlearn.services.promotion import PromotionService
from peerlearn.services.renaming import RenamingService
from peerlearn.services.rescheduling import ReschedulingService
from peerlearn.snapshots import forget_providers
from tests.fakes.push import FakePush
from tests.support.mortal import Killed, Mortal
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CHUNK = 2


@pytest.fixture
def enrollments(table: Table) -> EnrollmentService:
    return EnrollmentService(EnrollmentRepository(table))


@pytest.fixture
def push() -> FakePush:
    return FakePush()


@pytest.fixture
def mortal() -> Mortal:
    return Mortal()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Table, Any], None]]:
    """`use(table, push)`: what the workers of jobs and announcements work with."""
    forget_providers()

    def use_(table: Table, push: Any) -> None:
        rosters = RosterRepository(table)
        runner = JobRunner(JobRepository(table))
        notifier = Notifier(ConnectionRepository(table), push, NewsService(NewsRepository(table)))
        announcer = Announcer(rosters, notifier, CHUNK)
        for module, name, service in (
            (carry_on, "job_runner", runner),
            (carry_on, "rescheduling_service", ReschedulingService(rosters, CHUNK)),
            (carry_on, "change_notice_service", _notices(table, rosters)),
            (carry_on, "renaming_service", RenamingService(TeachingRepository(table), CHUNK)),
            (announce, "job_runner", runner),
            (announce, "announcer", announcer),
            (promote, "promotion_service", PromotionService(EnrollmentRepository(table))),
        ):
            monkeypatch.setattr(module, name, partial(lambda one: one, service))
        monkeypatch.setattr(PromotionService.promote_some, "__defaults__", (CHUNK,))

    yield use_
    forget_providers()


def _notices(table: Table, rosters: RosterRepository) -> ChangeNoticeService:
    return ChangeNoticeService(ChangeNoticeRepository(table), rosters, Mailroom(is_open=True), CHUNK)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    return Workers(monkeypatch, Work.JOB, Work.ANNOUNCEMENT, Work.PROMOTION)


@pytest.fixture
def doomed(
    use: Callable[[Table, Any], None],
    workers: Workers,
    mortal: Mortal,
    push: FakePush,
    dynamodb: DynamoDBClient,
    table_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Work], None]:
    """`doomed(Work.JOB)`: does all of that queue's work, killed after each new call to the table, a queue or a device.

    What a life leaves is what the next one finds: its task comes again.
    """
    use(Table(mortal.wrap(dynamodb), table_name), mortal.wrap(push, "post", "close"))

    def work(kind: Work) -> None:
        queue = workers[kind]
        mortal_queue = mortal.wrap(queue, "send", "send_all")
        monkeypatch.setattr(queue.module, queue.provider, lambda: mortal_queue)
        while queue.waiting:
            try:
                queue.hand_over()
            except Killed:
                mortal.revive()

    return work
