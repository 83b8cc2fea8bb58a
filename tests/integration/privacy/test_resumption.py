"""The leftovers of an erased account are removed chunk by chunk, by workers that are killed between any two calls."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from functions.privacy import finish_erasure
from peerlearn.domain.authoring import CourseDraft
from peerlearn.domain.courses import CourseStatus, Kind, Level
from peerlearn.domain.jobs import job_id_of
from peerlearn.domain.tasks import Work
from peerlearn.domain.users import FORMER_TUTOR, Role
from peerlearn.persistence import keys, system_keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.jobs import JobRepository
from peerlearn.persistence.listings import ListingRepository
from peerlearn.persistence.progress import ProgressRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.catalogue import CatalogueIndexer
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.erasure import Eraser, ErasureService
from peerlearn.services.jobs import JobRunner
from peerlearn.services.messages import MessageService
from peerlearn.services.progress import ProgressService
from peerlearn.services.submissions import SubmissionService
from scripts.invariants import table_items, violations
from tests.fakes.uploads import NoBucket
from tests.integration.privacy.conftest import FakeFiles
from tests.support.agendas import agendas_on
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.mortal import Killed, Mortal
from tests.support.people import People, Person
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CHUNK = 2


@pytest.fixture
def sociable(
    people: People,
    table: Table,
    courses: Courses,
    learning: Learning,
    messages: MessageService,
    accounts: AccountRepository,
    files: FakeFiles,
) -> Person:
    """Of everything more than one chunk."""
    person, peers = people.add(Role.TUTOR), [people.add() for _ in range(5)]
    shared = courses.add(None)
    learning.enroll(person.user_id, shared, *(courses.add() for _ in range(3)))
    for peer in peers:
        learning.enroll(peer.user_id, shared)
        messages.send(person.principal, peer.user_id, "Hello")
    for module in ("mod_1", "mod_2"):
        ProgressService(ProgressRepository(table)).complete(person.principal, shared, module, 20)
    assessment_id = learning.add_assessment(shared)
    for number in range(3):
        address = f"https://github.com/ada/{number}"
        SubmissionService(AssessmentRepository(table), NoBucket()).submit(person.principal, assessment_id, address)
        files.stored[f"uploads/{person.user_id}/{number}"] = b"1"
    authoring = AuthoringService(CourseRepository(table), accounts, CatalogueIndexer(ListingRepository(table)))
    for status in (CourseStatus.DRAFT, CourseStatus.CLOSED, CourseStatus.CLOSED):
        made = CourseDraft("Rooks", "All of them", "Games", Level.BEGINNER, Kind.COURSE, 10, (), status=status)
        authoring.create(person.principal, made)
    return person


def test_killed_between_any_two_calls_and_resumed_where_it_stopped(
    sociable: Person, erasure: ErasureService, files: FakeFiles, dynamodb: DynamoDBClient, table: Table,
    table_name: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    erasure.erase(sociable.principal, "any")
    mortal, workers = Mortal(), Workers(monkeypatch, Work.ERASURE)
    doomed = Table(mortal.wrap(dynamodb), table_name)
    eraser = Eraser(
        ErasureRepository(doomed),
        TeachingRepository(doomed),
        EnrollmentService(EnrollmentRepository(doomed)),
        CourseRepository(doomed),
        mortal.wrap(files, "delete_all"),
        agendas_on(doomed),
        CHUNK,
    )
    queue = workers[Work.ERASURE]
    for name, thing in (
        ("eraser", eraser),
        ("job_runner", JobRunner(JobRepository(doomed))),
        ("erasure_queue", mortal.wrap(queue, "send")),
    ):
        monkeypatch.setattr(finish_erasure, name, partial(lambda one: one, thing))
    queue.send({"userId": sociable.user_id})
    places: dict[str, list[str]] = {}
    while queue.waiting:
        try:
            queue.hand_over()
        except Killed:
            mortal.revive()
        if not places and all(task.get("look") == "second" for task in queue.tasks):
            places = {index: places_read(mortal, index) for index in ("GSI1", "GSI2")}
    assert mortal.deaths > 50
    require_gone(sociable, table, dynamodb, table_name)
    assert files.stored == {}
    for look in ("first", "second"):
        cursor = table.get(system_keys.job(job_id_of("erase", sociable.user_id, look))) or {}
        assert (cursor["done"], cursor["version"] > 5) == (True, True)
    # each index of the conversations is read on from the place of the last chunk, never again from one before it
    for read in places.values():
        assert read == sorted(read)
    assert sum(len(set(read)) for read in places.values()) >= 4


def places_read(mortal: Mortal, index: str) -> list[str]:
    return [
        request["ExpressionAttributeValues"].get(":place", {}).get("S", "")
        for name, request in mortal.calls
        if name == "query" and request.get("IndexName") == index
    ]


def require_gone(person: Person, table: Table, dynamodb: DynamoDBClient, table_name: str) -> None:
    left: set[Any] = {item["entity"] for item in table.query("PK = :pk", {":pk": keys.user_partition(person.user_id)})}
    assert left == {Entity.ERASURE, Entity.STANDING, Entity.INBOX, Entity.ENROLLMENT}
    items = list(table_items(dynamodb, table_name))
    # courses of these tests were not made by their tutors: nothing is listed, no assessment counted
    assert not [one for one in violations(items) if one.kind not in ("catalogue", "assessments")]
    assert {item["tutorName"] for item in items if item["entity"] == Entity.COURSE} == {"Ada", FORMER_TUTOR}
    gone = [item for item in items if item["entity"] == Entity.CONVERSATION]
    assert len(gone) == 5
    assert all({"lowGone", "highGone"} & item.keys() for item in gone)
