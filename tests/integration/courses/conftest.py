"""Courses and their catalogue on DynamoDB Local, as they are wired in Lambda."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from peerlearn.domain.courses import CourseListing
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.users import Principal, Role, User
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.catalogue import CatalogueRepository
from peerlearn.persistence.course_rosters import CourseRosterRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.accounts import profile_item
from peerlearn.persistence.listings import ListingRepository
from peerlearn.persistence.marshalling import unmarshal
from peerlearn.persistence.table import Item, Table
from peerlearn.persistence.writes import put
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.catalogue import CatalogueIndexer, CatalogueService
from peerlearn.services.course_rosters import CourseRosterService
from peerlearn.services.enrollments import EnrollmentService
from scripts.invariants.catalogue import CatalogueCheck
from scripts.invariants.violation import Violation
from tests.fakes.clock import START
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TUTORS = [Principal(f"usr_{name}", Role.TUTOR, "sid") for name in ("ada", "bob")]


@dataclass
class School:
    """The services on one table, and a look behind them."""

    client: DynamoDBClient
    table: Table
    name: str

    def __post_init__(self) -> None:
        self.catalogue = CatalogueRepository(self.table)
        self.listings = ListingRepository(self.table)
        self.courses = CourseRepository(self.table)
        self.indexer = CatalogueIndexer(self.listings)
        self.authoring = AuthoringService(self.courses, AccountRepository(self.table), self.indexer)
        self.rosters = CourseRosterService(CourseRosterRepository(self.table))
        self.reading = CatalogueService(self.catalogue, self.courses)

    def employ(self) -> None:
        for tutor in TUTORS:
            user = User(tutor.user_id, "Tutor", f"{tutor.user_id}@people.example", Role.TUTOR, (), (), START)
            self.table.write(put(profile_item(user)))

    def items(self) -> list[Item]:
        """The whole table."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True)
        return [unmarshal(item) for page in pages for item in page["Items"]]

    def check_counters(self) -> None:
        """Counters, records and places agree, at any moment."""
        assert self._wrong(settled=False) == []

    def check_in_line(self) -> None:
        """The catalogue says of every course what it should, and nothing else."""
        assert self._wrong(settled=True) == []

    def _wrong(self, *, settled: bool) -> list[Violation]:
        check = CatalogueCheck(settled=settled)
        for item in self.items():
            check.see(item)
        return list(check.violations())


def ids(entries: list[CourseListing]) -> list[str]:
    return [listing.course.course_id for listing in entries]


@pytest.fixture
def school(dynamodb: DynamoDBClient, table_name: str) -> School:
    school = School(dynamodb, Table(dynamodb, table_name), table_name)
    school.employ()
    return school


@pytest.fixture
def wired(wire: Wire, table_name: str, school: School) -> School:
    """The same school over that wire."""
    return School(wire.client, Table(wire.client, table_name, lambda: Backoff(sleep=lambda _: None)), school.name)


ADA = TUTORS[0]


@pytest.fixture
def authoring(school: School) -> AuthoringService:
    return AuthoringService(school.courses, AccountRepository(school.table), school.indexer, seats_per_shard=5)


@pytest.fixture
def enrolling(school: School) -> EnrollmentService:
    return EnrollmentService(EnrollmentRepository(school.table))
