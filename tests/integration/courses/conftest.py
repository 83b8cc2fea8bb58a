"""Courses and their catalogue on DynamoDB Local, as they are wired in Lambda."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from peerlearn.domain.catalogue import shelves_of
from peerlearn.domain.courses import CourseListing
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.users import Principal, Role, User
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.catalogue import CatalogueRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.items.accounts import profile_item
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.marshalling import unmarshal
from peerlearn.persistence.table import Item, Table
from peerlearn.persistence.writes import put
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.catalogue import CatalogueIndexer, CatalogueService
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
        self.courses = CourseRepository(self.table)
        self.indexer = CatalogueIndexer(self.catalogue)
        self.authoring = AuthoringService(self.courses, AccountRepository(self.table), self.indexer)
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
        """Every counter is the number of its shelf's entries, at any moment."""
        items = self.items()
        entries = Counter(item["PK"] for item in items if item["entity"] == "CatalogueEntry")
        counters = {item["PK"]: int(item["count"]) for item in items if item["entity"] == "CatalogueCounter"}
        assert {shelf: count for shelf, count in counters.items() if count} == dict(entries)

    def check_in_line(self) -> None:
        """The catalogue says of every course what it should, and nothing else."""
        self.check_counters()
        items = self.items()
        stored = {(item["PK"], item["courseId"]) for item in items if item["entity"] == "CatalogueEntry"}
        courses = [course_of(item) for item in items if item["entity"] == "Course"]
        wanted = {
            (keys.catalogue_partition(shelf), course.course_id) for course in courses for shelf in shelves_of(course)
        }
        assert stored == wanted


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
