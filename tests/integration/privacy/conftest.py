"""Erasing and exporting on DynamoDB Local, with people, courses and messages to be erased."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from peerlearn.domain.authoring import CourseDraft
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus, Kind, Level
from peerlearn.domain.exports import KeptFile
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.conversations import ConversationRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.listings import ListingRepository
from peerlearn.persistence.peers import PeerRepository
from peerlearn.persistence.progress import ProgressRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.assessments import AssessmentService
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.catalogue import CatalogueIndexer
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.erasure import Eraser, ErasureService
from peerlearn.services.messages import MessageService
from peerlearn.services.progress import ProgressService
from peerlearn.services.submissions import SubmissionService
from scripts.invariants import table_items, violations
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.fakes.uploads import NoBucket
from tests.support.accounts import Accounts, AnyPassword
from tests.support.agendas import agendas_on
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class FakeFiles:
    """A bucket in memory."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    def uploads(self, user_id: str, most: int | None = None) -> list[KeptFile]:
        return []

    def write(self, key: str, chunks: Iterable[bytes]) -> int:
        self.stored[key] = b"".join(chunks)
        return len(self.stored[key])

    def delete(self, key: str) -> None:
        self.stored.pop(key, None)

    def link(self, key: str, expires_in: int) -> str:
        return f"https://files.example/{key}"

    def delete_all(self, user_id: str, most: int | None = None) -> bool:
        own = [key for key in self.stored if f"/{user_id}/" in key]
        for key in own[:most]:
            del self.stored[key]
        return most is None or len(own) < most


def erasure_on(table: Table) -> ErasureService:
    return Accounts(table, FakeKeyRing(), AnyPassword()).erasure


def eraser_on(table: Table, files: FakeFiles) -> Eraser:
    seats = EnrollmentService(EnrollmentRepository(table))
    drafts, agendas = CourseRepository(table), agendas_on(table)
    return Eraser(ErasureRepository(table), TeachingRepository(table), seats, drafts, files, agendas)


@pytest.fixture
def files() -> FakeFiles:
    return FakeFiles()


@pytest.fixture
def erasure(table: Table) -> ErasureService:
    return erasure_on(table)


@pytest.fixture
def eraser(table: Table, files: FakeFiles) -> Eraser:
    return eraser_on(table, files)


@pytest.fixture
def accounts(table: Table) -> AccountRepository:
    return AccountRepository(table)


@pytest.fixture
def people(accounts: AccountRepository) -> People:
    return People(accounts, fake_tokens())


@pytest.fixture
def learning(table: Table) -> Learning:
    return Learning(table)


@pytest.fixture
def messages(table: Table) -> MessageService:
    return MessageService(ConversationRepository(table), PeerRepository(table))


@pytest.fixture
def tutor(people: People) -> Person:
    return people.add(Role.TUTOR)


@pytest.fixture
def authoring(table: Table, accounts: AccountRepository) -> AuthoringService:
    return AuthoringService(CourseRepository(table), accounts, CatalogueIndexer(ListingRepository(table)))


def draft(status: CourseStatus) -> CourseDraft:
    return CourseDraft("Rooks", "All of them", "Games", Level.BEGINNER, Kind.COURSE, 10, (), status=status)


@pytest.fixture
def busy(
    people: People, table: Table, courses: Courses, learning: Learning, messages: MessageService, tutor: Person,
    authoring: AuthoringService,
) -> Person:  # fmt: skip
    """A tutor who learns as well: everything that an account can leave behind."""
    busy, peer = people.add(Role.TUTOR), people.add()
    begins = utc_now() + timedelta(days=1)
    full, completed, awaited = courses.add(1), courses.add(tutor_id=tutor.user_id), courses.add(1)
    learning.enroll(busy.user_id, full, completed, courses.add(slot=(begins, begins + timedelta(hours=1))))
    learning.enroll(peer.user_id, completed, awaited)
    learning.enrollments.join_waitlist(peer.user_id, full)
    learning.enrollments.join_waitlist(busy.user_id, awaited)
    progress = ProgressService(ProgressRepository(table))
    for module in ("mod_1", "mod_2"):
        progress.complete(busy.principal, completed, module, 20)
    assessment_id = learning.add_assessment(completed)
    handing_in = SubmissionService(AssessmentRepository(table), NoBucket())
    for number in range(3):
        handing_in.submit(busy.principal, assessment_id, f"https://github.com/ada/{number}")
    grading = AssessmentService(AssessmentRepository(table))
    for grade in (9, 10):
        grading.grade(tutor.principal, assessment_id, busy.user_id, grade, "Good")
    for other in (peer, tutor):
        messages.send(busy.principal, other.user_id, "Hello", f"to {other.user_id}")
        messages.send(other.principal, busy.user_id, "And you")
    for status in (CourseStatus.DRAFT, CourseStatus.CLOSED):
        authoring.create(busy.principal, draft(status))
    return busy


def leftovers(table: Table, user_id: str) -> set[str]:
    items = table.query("PK = :pk", {":pk": keys.user_partition(user_id)})
    return {item["entity"] for item in items}


def check(dynamodb: DynamoDBClient, table_name: str, *kinds: str) -> None:
    found = list(violations(table_items(dynamodb, table_name)))
    wrong = [one for one in found if not kinds or one.kind in kinds]
    # courses of these tests were not made by their tutors: nothing is listed, no assessment counted
    assert not [one for one in wrong if one.kind not in ("catalogue", "assessments")], wrong


@pytest.fixture
def wired(wire: Wire, table_name: str) -> Table:
    return Table(wire.client, table_name, lambda: Backoff(sleep=lambda _: None))
