"""The costs of a page, in calls and in capacity units, with few courses and with many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from peerlearn.domain.assessments import INSTRUCTIONS_MAX_LENGTH
from peerlearn.domain.authoring import CourseChanges, CourseDraft
from peerlearn.domain.catalogue import Filters, Sort, word_group
from peerlearn.domain.courses import ASSESSMENTS_MAX, CourseStatus, Kind, Level
from peerlearn.domain.numbers import place_of
from peerlearn.domain.paging import PageRequest
from peerlearn.persistence import catalogue_keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.counters import adding
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.catalogue import MEMBERS
from peerlearn.persistence.marshalling import marshal
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


# Lists that one shelf answers, and the units of a page of ten.
SHELF_PAGES: dict[str, Filters] = {
    "everything": Filters(),
    "subject and level": Filters(subject="games", level="beginner"),
    "tutor": Filters(tutor=ADA.user_id),
}
SEARCHES: dict[str, Filters] = {
    "word": Filters(query="chess"),
    "beginning of a word": Filters(query="ch"),
    "words and facets": Filters(query="chess gam", level="beginner", subject="games"),
    "titles": Filters(sort=Sort.TITLE),
    "titles of a subject": Filters(sort=Sort.TITLE, subject="games"),
    "with free seats": Filters(available=True),
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

        found = {name: bill.of(partial(first, filters)) for name, filters in SHELF_PAGES.items()}
        assert {(*calls, units) for calls, units in found.values()} == {("Query", "BatchGetItem", 6)}
        found["by cursor"] = bill.of(lambda: wired.reading.browse(Filters(), PageRequest(2, 10, after)))
        return found

    grown(FEW)
    few = prices()
    grown(MANY)
    assert wired.reading.browse(Filters(), PageRequest()).total == FEW + MANY
    assert prices() == few
    assert few["by cursor"] == (["Query", "Query", "BatchGetItem"], 6.5)


@pytest.mark.parametrize("name", SEARCHES)
def test_search_looks_at_the_courses_that_it_shows(
    wired: School, bill: Bill, grown: Callable[[int], None], name: str
) -> None:
    grown(FEW + MANY)
    calls, units = bill.of(lambda: wired.reading.browse(SEARCHES[name], PageRequest()))
    assert calls[-2:] == ["BatchGetItem", "BatchGetItem"]
    # half a unit for each card and for its seats; half a unit or one for each group, and one for the titles
    assert units <= 10 + 4


def numbers_of(group: str, last: int) -> Iterator[dict[str, Any]]:
    """A group of so many courses, as items on the wire."""
    blocks: dict[int, list[bytes]] = {}
    for number in range(1, last + 1):
        block, offset = place_of(number)
        blocks.setdefault(block, []).append(bytes([offset]))
    for block, members in blocks.items():
        item = catalogue_keys.block(group, block).as_item() | {"entity": Entity.CATALOGUE_BLOCK.value}
        yield marshal(item | {MEMBERS: frozenset(members)})


@pytest.mark.parametrize(("size", "units"), [(10_000, 14), (100_000, 41)])
def test_search_for_common_words_in_a_large_catalogue(
    school: School, wired: School, bill: Bill, size: int, units: float
) -> None:
    """Both words are in all the titles: an entry for each would be read from a list of entries."""
    counter = adding(catalogue_keys.numbers(), Entity.COURSE_NUMBERS, size)
    school.table.write(counter)
    for word in ("introduction", "to"):
        for item in numbers_of(word_group(word), size):
            school.client.put_item(TableName=school.name, Item=item)
    for number in range(12):
        school.authoring.create(ADA, replace(DRAFT, title=f"Introduction to chess {number}"))
    found: list[Any] = []
    _, paid = bill.of(lambda: found.append(wired.reading.browse(Filters(query="Introduction to"), PageRequest())))
    assert (found[0].total, len(found[0].entries)) == (size + 12, 10)
    assert paid <= units


def test_far_page_reads_no_entries(wired: School, bill: Bill, grown: Callable[[int], None]) -> None:
    grown(FEW)
    _, units = bill.of(lambda: wired.reading.browse(Filters(), PageRequest(100, 10)))
    assert units == 0.5


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
