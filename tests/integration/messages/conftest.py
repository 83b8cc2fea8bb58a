"""Conversations and connections on DynamoDB Local, with people who share a course."""

from __future__ import annotations

from itertools import count

import pytest

from peerlearn.domain.retrying import Backoff
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.conversations import ConversationRepository
from peerlearn.persistence.peers import PeerRepository
from peerlearn.persistence.table import Table
from peerlearn.services.messages import MessageService
from peerlearn.services.peers import PeerService
from peerlearn.services.realtime import RealtimeService
from tests.fakes.clock import FakeClock
from tests.fakes.keys import fake_tokens
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person
from tests.support.wire import Wire


@pytest.fixture
def learning(table: Table) -> Learning:
    return Learning(table)


@pytest.fixture
def people(table: Table) -> People:
    return People(AccountRepository(table), fake_tokens())


@pytest.fixture
def messages(table: Table) -> MessageService:
    return MessageService(ConversationRepository(table), PeerRepository(table))


@pytest.fixture
def peers(table: Table) -> PeerService:
    return PeerService(PeerRepository(table))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def realtime(table: Table) -> RealtimeService:
    return RealtimeService(ConnectionRepository(table), "wss://realtime.example/live")


@pytest.fixture
def wired(wire: Wire, table_name: str) -> MessageService:
    """The service, over that wire."""
    table = Table(wire.client, table_name, lambda: Backoff(sleep=lambda _: None))
    return MessageService(ConversationRepository(table), PeerRepository(table))


@pytest.fixture
def wired_peers(wire: Wire, table_name: str) -> PeerService:
    return PeerService(PeerRepository(Table(wire.client, table_name)))


@pytest.fixture
def course_id(courses: Courses) -> str:
    return courses.add(None)


@pytest.fixture
def ada(people: People, learning: Learning, course_id: str) -> Person:
    person = people.add(name="Ada")
    learning.enroll(person.user_id, course_id)
    return person


@pytest.fixture
def cleo(people: People, learning: Learning, course_id: str) -> Person:
    person = people.add(name="Cleo")
    learning.enroll(person.user_id, course_id)
    return person


@pytest.fixture
def bob(people: People, learning: Learning, course_id: str) -> Person:
    person = people.add(name="Bob")
    learning.enroll(person.user_id, course_id)
    return person


_numbers = count()


def stranger() -> Principal:
    """Somebody without an account."""
    return Principal(f"usr_stranger{next(_numbers)}", Role.LEARNER, "sid_none")
