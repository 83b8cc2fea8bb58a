"""A line of five thousand: what a place in it costs, and which position its learner is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.courses import Kind
from peerlearn.persistence import keys
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.enrollments import wait_item
from peerlearn.persistence.marshalling import marshal
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import update
from peerlearn.services.enrollments import EnrollmentService
from tests.fakes.clock import START
from tests.support.costs import Recorder
from tests.support.courses import Courses
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

UNITS_MAX, TRIPS_MAX = 12, 3


def joined(number: int) -> datetime:
    """The waiter of that number, from 1, joins a second after the one before."""
    return START + timedelta(seconds=number)


def form_line(client: DynamoDBClient, table: Table, name: str, course_id: str, length: int) -> None:
    """Let so many wait for a course, without an enrolment each."""
    numbers = range(1, length + 1)
    items = [wait_item(course_id, f"usr_{number:05d}", to_rfc3339(joined(number))) for number in numbers]
    for start in range(0, length, 25):
        puts: Any = [{"PutRequest": {"Item": marshal(item)}} for item in items[start : start + 25]]
        assert not client.batch_write_item(RequestItems={name: puts})["UnprocessedItems"]
    names, values = {"#line": "waitlistLength"}, {":length": length}
    table.write(update(keys.seats(course_id), "SET #line = :length", names=names, values=values))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("length", [10, 1_000, 5_000])
def test_joining_costs_the_same_at_any_length(
    length: int,
    kind: Kind,
    wired: EnrollmentService,
    wire: Wire,
    dynamodb: DynamoDBClient,
    table: Table,
    table_name: str,
    courses: Courses,
) -> None:
    tomorrow = utc_now() + timedelta(days=1)
    slot = (tomorrow, tomorrow + timedelta(hours=1)) if kind is Kind.SESSION else None
    course_id = courses.add(0, slot=slot)
    form_line(dynamodb, table, table_name, course_id, length)
    with Recorder(wire.client, dynamodb, table_name).measured() as cost:
        place = wired.join_waitlist("usr_new", course_id)
    assert place.position == (length + 1 if length < 1_000 else length + 100)
    assert cost.units <= UNITS_MAX
    # the last two are begun together
    assert sorted(cost.calls[-2:]) == ["BatchGetItem", "Query"]
    assert len(cost.calls) - 1 <= TRIPS_MAX


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1, 1), (2, 2), (999, 999), (1_000, 1_000), (1_001, 1_100), (2_500, 2_500), (3_001, 3_100), (4_999, 5_000)],
)
def test_position_is_exact_up_to_a_thousand_and_rounded_beyond(
    number: int,
    shown: int,
    store: EnrollmentRepository,
    dynamodb: DynamoDBClient,
    table: Table,
    table_name: str,
    courses: Courses,
) -> None:
    course_id = courses.add(0)
    form_line(dynamodb, table, table_name, course_id, 5_000)
    since = to_rfc3339(joined(number))
    assert store.position(course_id, f"usr_{number:05d}", since) == shown
