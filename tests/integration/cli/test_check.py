"""`check` on DynamoDB's own engine: every item is read, what is wrong is found, and what only looked so is not told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from peerlearn.domain.catalogue import shelf
from peerlearn.domain.clock import utc_now
from peerlearn.persistence import catalogue_keys, index_keys, keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.privacy import tombstone_item
from peerlearn.persistence.listings import ListingRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import delete, put, update
from peerlearn.services.catalogue import CatalogueIndexer
from peerlearn.services.enrollments import EnrollmentService
from scripts.cli.check import confirmed
from scripts.cli.scanning import Pace, scan
from scripts.invariants import Violation, violations
from scripts.invariants.erasures import TERM
from tests.fakes.keys import fake_tokens
from tests.support.courses import Courses
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class School:
    """A table that has seen some use: a full session with somebody who waits, in the catalogue."""

    def __init__(self, table: Table) -> None:
        people = People(AccountRepository(table), fake_tokens())
        begin = utc_now() + timedelta(days=1)
        self.learner: Person = people.add()
        self.course_id = Courses(table).add(1, slot=(begin, begin + timedelta(hours=1)))
        enrollments = EnrollmentService(EnrollmentRepository(table))
        enrollments.enroll(self.learner.user_id, self.course_id)
        enrollments.join_waitlist(people.add().user_id, self.course_id)
        CatalogueIndexer(ListingRepository(table)).sync(self.course_id)
        values = {":pk": catalogue_keys.partition(shelf()), ":entry": catalogue_keys.ENTRY_PREFIX}
        (entry,) = table.query("PK = :pk AND begins_with(SK, :entry)", values)
        self.entry = keys.Key(entry["PK"], entry["SK"])


@pytest.fixture
def school(table: Table) -> School:
    return School(table)


# How to break it, and what is then said of what.
DAMAGES: dict[str, tuple[Callable[[Table, School], object], str]] = {
    "seats": (
        lambda table, school: table.write(
            update(keys.seats(school.course_id), "SET seatsTaken = :no", values={":no": 2})
        ),
        "COURSE#",
    ),
    "schedule": (lambda table, school: table.write(delete(keys.schedule(school.learner.user_id))), "USER#"),
    "accounts": (lambda table, school: table.write(delete(keys.credential(school.learner.user.email))), "USER#"),
    "leaderboard": (
        lambda table, school: table.write(
            update(keys.enrollment(school.learner.user_id, school.course_id), "SET GSI2SK = :x", values={":x": "9"})
        ),
        "USER#",
    ),
    "catalogue": (lambda table, school: table.write(delete(school.entry)), "CATALOGUE#"),
}


def seen(client: DynamoDBClient, table_name: str) -> list[Violation]:
    return list(violations(scan(client, table_name, segments=3, rate=0, page_size=2), settled=True))


@pytest.mark.parametrize("kind", DAMAGES)
def test_violation_is_reported_when_every_look_finds_it(
    dynamodb: DynamoDBClient, table_name: str, table: Table, school: School, kind: str
) -> None:
    assert list(confirmed(table, seen(dynamodb, table_name), lambda _: None)) == []
    damage, subject = DAMAGES[kind]
    damage(table, school)
    lasting = list(confirmed(table, seen(dynamodb, table_name), lambda _: None))
    assert {violation.kind for violation in lasting} == {kind}
    assert any(violation.key.startswith(subject) for violation in lasting)


def test_violation_of_a_passing_moment_is_not_reported(table: Table, school: School) -> None:
    """As a scan sees it that reads one item before a booking and the other one after it."""
    torn = [
        Violation("seats", keys.course_partition(school.course_id), "seatsTaken is 0, and 1 enrolments are so"),
        Violation("ledger", keys.user_partition(school.learner.user_id), "the entries are numbered [2]"),
        Violation("accounts", keys.user_partition(school.learner.user_id), "lacks its profile"),
        Violation("catalogue", school.entry.pk, "3 are counted, and 2 are there"),
        Violation("messages", keys.conversation_partition("usr_a", "usr_b"), "the head is at 2, and there are [1]"),
        Violation("attempts", index_keys.assessment_submissions_partition("asm_1"), "1 are counted, and 2 are there"),
    ]
    assert list(confirmed(table, torn, lambda _: None)) == []


def test_a_write_between_two_looks_settles_it(
    dynamodb: DynamoDBClient, table_name: str, table: Table, school: School
) -> None:
    seats = keys.seats(school.course_id)
    table.write(update(seats, "SET seatsTaken = :no", values={":no": 0}))
    suspicious = seen(dynamodb, table_name)
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            table.write(update(seats, "SET seatsTaken = :one", values={":one": 1}))

    assert {violation.kind for violation in suspicious} >= {"seats"}
    assert list(confirmed(table, suspicious, sleep)) == []
    assert len(looks) == 2


def test_leftovers_of_an_erased_person_are_found_in_whichever_partition(
    dynamodb: DynamoDBClient, table_name: str, table: Table
) -> None:
    tombstone = tombstone_item("usr_gone", utc_now() - TERM)
    credential = {**keys.credential("gone@people.example").as_item(), "entity": "Credential", "userId": "usr_gone"}
    calendar = {**keys.calendar("usr_gone").as_item(), "entity": "Calendar", "userId": "usr_gone"}
    for item in (tombstone, credential, calendar):
        table.write(put(item))
    lasting = list(confirmed(table, seen(dynamodb, table_name), lambda _: None))
    assert [str(one) for one in lasting] == [
        "erasure: USER#usr_gone/EMAIL#gone@people.example/CREDENTIAL: is erased, and left a Credential",
        "erasure: USER#usr_gone/USER#usr_gone/A#CALENDAR: is erased, and left a Calendar",
    ]
    suspicious = seen(dynamodb, table_name)
    for item in (credential, calendar):
        table.write(delete(keys.Key(item["PK"], item["SK"])))
    assert list(confirmed(table, suspicious, lambda _: None)) == []


def test_every_item_is_read_once_however_small_the_pages(
    dynamodb: DynamoDBClient, table_name: str, table: Table, school: School
) -> None:
    whole = dynamodb.scan(TableName=table_name)["Count"]
    items = list(scan(dynamodb, table_name, segments=4, rate=0, page_size=1))
    assert len(items) == len({(item["PK"], item["SK"]) for item in items}) == whole
    assert len(table.query("PK = :pk", {":pk": keys.course_partition(school.course_id)})) < whole


@pytest.mark.usefixtures("school")
def test_a_scan_spends_no_more_than_its_rate(dynamodb: DynamoDBClient, table_name: str) -> None:
    now = [0.0]
    spent: list[float] = []

    class Recorded(Pace):
        def spend(self, units: float) -> None:
            spent.append(units)
            super().spend(units)

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pages = scan(
        dynamodb,
        table_name,
        segments=1,
        rate=0.5,
        page_size=1,
        pace=lambda rate: Recorded(rate, sleep=sleep, monotonic=lambda: now[0]),
    )
    assert list(pages)
    # each page is paid for before the next is asked for
    assert sum(spent) > 5
    assert now[0] == pytest.approx(sum(spent[:-1]) / 0.5)
