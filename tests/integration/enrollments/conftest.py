"""Enrolments on DynamoDB Local: services as they are wired, and handlers on top of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from peerlearn.adapters.tokens import TokenService
from peerlearn.domain.clock import utc_now
from peerlearn.domain.errors import DomainError
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.standing import Standing
from peerlearn.domain.tasks import Work
from peerlearn.domain.users import Role, User
from peerlearn.persistence import keys
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.standing import standing_item
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.promotion import PromotionService
from peerlearn.snapshots import forget_providers
from scripts.dynamodb_local import DynamoDBLocal
from scripts.project.template import stream_specification
from tests.fakes.keys import fake_keys, fake_tokens
from tests.support import streams
from tests.support.api import Answer, Context, http_event, invoke
from tests.support.streams import Records
from tests.support.wire import Wire
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

THREADS = 32


@pytest.fixture
def store(table: Table) -> EnrollmentRepository:
    return EnrollmentRepository(table)


@pytest.fixture
def service(store: EnrollmentRepository) -> EnrollmentService:
    return EnrollmentService(store)


@pytest.fixture
def promotion(store: EnrollmentRepository) -> PromotionService:
    return PromotionService(store)


@pytest.fixture
def wired_table(wire: Wire, table_name: str) -> Table:
    """The same table, over that wire."""
    return Table(wire.client, table_name, lambda: Backoff(sleep=lambda _: None))


@pytest.fixture
def wired(wired_table: Table) -> EnrollmentService:
    """The service, over that wire."""
    return EnrollmentService(EnrollmentRepository(wired_table))


@pytest.fixture
def providers(wired_table: Table, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenService]:
    """Wire the handlers to that table over that wire, and a signing key."""
    monkeypatch.setenv("TABLE_NAME", "unused")
    forget_providers()
    for context in ("catalogue", "courses", "enrollments", "jobs", "running", "standing"):
        monkeypatch.setattr(f"peerlearn.bootstrap.{context}.table", lambda: wired_table)
    with fake_keys() as ring:
        yield fake_tokens(ring)
    forget_providers()


@pytest.fixture
def call(providers: TokenService, table: Table) -> Callable[..., Answer]:
    """`call("enroll", "usr_1", course_id)`: an endpoint as that learner, signed in, over the wire."""

    def call_(name: str, learner_id: str, course_id: str) -> Answer:
        if table.get(keys.standing(learner_id)) is None:
            table.write(put(standing_item(Standing(learner_id, Role.LEARNER, sessions={"sid_1": 0}))))
        user = User(learner_id, "Ada", "ada@people.example", Role.LEARNER, (), (), utc_now())
        event = http_event(name, token=providers.issue_access(user, "sid_1"), path={"courseId": course_id})
        return invoke(f"functions.enrollments.{name}.lambda_handler", event)

    return call_


def reason(result: object) -> str:
    """The code of a refusal, or its reason where it has one."""
    assert isinstance(result, DomainError), result
    return str(result.details.get("reason", result.code))


@pytest.fixture
def stream_records(dynamodb_local: DynamoDBLocal, dynamodb: DynamoDBClient, table_name: str) -> Callable[[], Records]:
    """Every record of the table's stream so far, as Lambda would be handed them; without this there is no stream."""
    dynamodb.update_table(TableName=table_name, StreamSpecification=stream_specification())
    return partial(streams.stream_records, dynamodb_local, table_name)


@pytest.fixture
def workers(providers: TokenService, monkeypatch: pytest.MonkeyPatch) -> Workers:  # noqa: ARG001 (they stand while it runs)
    """The queues that `follow_up` hands work to, and who does it."""
    return Workers(monkeypatch, Work.PROMOTION, Work.CATALOGUE, Work.JOB)


@pytest.fixture
def deliver(workers: Workers) -> Callable[[str, Records], dict[str, Any]]:
    """`deliver("follow_up", records)`: what the consumer answers, which gets one record after the other.

    All tasks that it has handed on by then are done, and none is a dead letter.
    """

    def deliver_(name: str, records: Records) -> dict[str, Any]:
        module = importlib.import_module(f"functions.streams.{name}")
        failures = []
        for record in records:
            failures += module.lambda_handler({"Records": [record]}, Context())["batchItemFailures"]
            # whatever comes again is done again
            workers[Work.PROMOTION].forget()
        workers.drain()
        assert workers.dead == []
        return {"batchItemFailures": failures}

    return deliver_
