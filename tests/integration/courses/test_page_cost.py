"""The costs of a page, in calls and in capacity units, with few courses and with many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from peerlearn.domain.assessments import INSTRUCTIONS_MAX_LENGTH
from peerlearn.domain.authoring import CourseChanges, CourseDraft
from peerlearn.domain.catalogue import Filters
from peerlearn.domain.courses import ASSESSMENTS_MAX, CourseStatus, Kind, Level
from peerlearn.domain.paging import PageRequest
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.services.assessments import AssessmentService
from peerlearn.services.authoring import AuthoringService
from tests.fakes.clock import FakeClock
from tests.integration.courses.conftest import TUTORS, School
from tests.support.wire import Wire

ADA = TUTORS[0]
FEW, MANY = 25, 150
DRAFT = CourseDraft("Chess", "d" * 300, "Games", Level.BEGINNER, Kind.COURSE, 5, [], status=CourseStatus.PUBLISHED)


@dataclass
class Bill:
    """Calls and read units of everything that a client is asked to do."""

    wire: Wire
    units: float = 0

    def of(self, action: Callable[[], object]) -> tuple[list[str], float]:
        self.units = 0
        self.wire.forget()
        action()
        return list(self.wire.calls), self.units


@pytest.fixture
def bill(wire: Wire) -> Bill:
    bill = Bill(wire)

    def ask(params: dict[str, Any], **_: object) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def note(parsed: dict[str, Any], **_: object) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        for entry in consumed if isinstance(consumed, list) else [consumed]:
            bill.units += entry["CapacityUnits"]

    for operation in ("Query", "BatchGetItem"):
        wire.client.meta.events.register(f"provide-client-params.dynamodb.{operation}", ask)
        wire.client.meta.events.register(f"after-call.dynamodb.{operation}", note)
    return bill


@pytest.fixture
def grown(school: School) -> Callable[[int], None]:
    """`grown(n)`: n more courses, each a second younger than the one before."""
    clock = FakeClock()

    def grow(count: int) -> None:
        authoring = AuthoringService(school.courses, AccountRepository(school.table), school.indexer, clock)
        for _ in range(count):
            clock.now += timedelta(seconds=1)
            authoring.create(ADA, DRAFT)

    return grow


PAGES: dict[str, Filters] = {
    "everything": Filters(),
    "subject and level": Filters(subject="games", level="beginner"),
    "tutor": Filters(tutor=ADA.user_id),
    "word": Filters(query="chess"),
    "beginning of a word": Filters(query="ch"),
}


def test_catalogue_page_costs_the_same_with_few_and_with_many(
    wired: School, bill: Bill, grown: Callable[[int], None]
) -> None:
    def prices() -> dict[str, tuple[list[str], float]]:
        after: Any = {}

        def first(filters: Filters) -> None:
            result = wired.reading.browse(filters, PageRequest())
            assert len(result.entries) == 10
            after.update(result.next or {})

        found = {name: bill.of(partial(first, filters)) for name, filters in PAGES.items()}
        found["by cursor"] = bill.of(lambda: wired.reading.browse(Filters(), PageRequest(2, 10, after)))
        return found

    grown(FEW)
    few = prices()
    grown(MANY)
    assert wired.reading.browse(Filters(), PageRequest()).total == FEW + MANY
    assert prices() == few
    assert {tuple(calls) for calls, _ in few.values()} == {("Query", "BatchGetItem")}


@pytest.mark.parametrize("filters", [Filters(query="chess open"), Filters(level="beginner", query="open")])
def test_search_for_more_reads_the_smallest_shelf(
    school: School, wired: School, bill: Bill, grown: Callable[[int], None], filters: Filters
) -> None:
    school.authoring.create(ADA, replace(DRAFT, title="Chess openings"))
    grown(FEW)
    calls, units = bill.of(lambda: wired.reading.browse(filters, PageRequest()))
    assert calls == ["BatchGetItem", "Query", "BatchGetItem"]
    # two counters, one entry, course and seats of one
    assert units == 5
    assert wired.reading.browse(filters, PageRequest()).total == 1


def test_deep_page_costs_no_more_than_its_total(wired: School, bill: Bill, grown: Callable[[int], None]) -> None:
    grown(3)
    calls, units = bill.of(lambda: wired.reading.browse(Filters(), PageRequest(1_000_000, 100)))
    assert calls == ["BatchGetItem"]
    assert units == 1


def test_course_page_is_one_call(school: School, wired: School, bill: Bill) -> None:
    course_id = school.authoring.create(ADA, DRAFT).course.course_id
    calls, _ = bill.of(lambda: wired.reading.course(course_id, None))
    assert calls == ["Query"]


def test_course_page_does_not_read_what_is_to_be_done(school: School, wired: School, bill: Bill) -> None:
    course_id = school.authoring.create(ADA, DRAFT).course.course_id
    assessing = AssessmentService(AssessmentRepository(school.table))
    longest = "w" * INSTRUCTIONS_MAX_LENGTH
    for number in range(ASSESSMENTS_MAX):
        assessing.create(ADA, course_id, title=str(number), instructions=longest, max_grade=10)
    calls, units = bill.of(lambda: wired.reading.course(course_id, None))
    assert calls == ["Query"]
    # 50 summaries of less than 400 bytes; with instructions it was 130
    assert units <= 6


def test_change_writes_only_what_differs(school: School, wired: School, wire: Wire) -> None:
    course_id = school.authoring.create(ADA, replace(DRAFT, status=CourseStatus.DRAFT)).course.course_id
    wire.forget()
    wired.authoring.change(ADA, course_id, CourseChanges(description="New"))
    assert wire.calls == ["Query", "UpdateItem"]
    wire.forget()
    wired.authoring.change(ADA, course_id, CourseChanges(description="New"))
    assert wire.calls == ["Query"]
    wire.forget()
    wired.authoring.change(ADA, course_id, CourseChanges(capacity=6))
    assert wire.calls == ["Query", "TransactWriteItems"]
    assert len(wire.bodies[1]["TransactItems"]) == 2
