"""Erasing and exporting on DynamoDB Local, with people, courses and messages to be erased."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from peerlearn.domain.exports import KeptFile
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.conversations import ConversationRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.peers import PeerRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.erasure import Eraser, ErasureService
from peerlearn.services.messages import MessageService
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.support.accounts import Accounts, AnyPassword
from tests.support.agendas import agendas_on
from tests.support.learning import Learning
from tests.support.people import People


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
