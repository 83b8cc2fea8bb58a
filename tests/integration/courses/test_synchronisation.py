"""Catalogue entries under functions that are killed, replies that are lost, and many writers at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from peerlearn.domain.authoring import CourseChanges, CourseDraft
from peerlearn.domain.catalogue import Filters, places_of
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import ASSESSMENTS_MAX, SEATS_PER_SHARD, SHARDS_MAX, CourseStatus, Kind, Level
from peerlearn.domain.errors import Conflict, TemporarilyUnavailable
from peerlearn.domain.listings import ListingStep
from peerlearn.domain.paging import PageRequest
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.services.assessments import AssessmentService
from peerlearn.services.enrollments import EnrollmentService
from tests.integration.courses.conftest import TUTORS, School
from tests.support.at_once import succeed_at_once
from tests.support.wire import Wire, conflict

ADA = TUTORS[0]
# More entries than two transactions may write.
LONG_TITLE = " ".join(f"w{number}" for number in range(24))
DRAFT = CourseDraft("Rook endings", "", "Games", Level.BEGINNER, Kind.COURSE, 5, [], status=CourseStatus.PUBLISHED)


class Killed(BaseException):
    """The function's time is up."""


class MortalTable(Table):
    """Dies at its call number `last`, before or after it is carried out."""

    def __init__(self, school: School, last: int, *, after: bool) -> None:
        super().__init__(school.client, school.name)
        self._left = last
        self._after = after

    def batch_get(self, *args: Any, **options: Any) -> Any:
        return self._live(lambda: super(MortalTable, self).batch_get(*args, **options))

    def transact(self, *args: Any) -> None:
        self._live(lambda: super(MortalTable, self).transact(*args))

    def _live(self, call: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._left < 0 and not self._after:
            raise Killed
        result = call()
        if self._left < 0:
            raise Killed
        return result


@pytest.mark.parametrize("after", [False, True])
def test_killed_anywhere_and_finished_by_the_next(school: School, *, after: bool) -> None:
    page = school.authoring.create(ADA, DRAFT)
    course_id = page.course.course_id
    changes = [
        CourseChanges(title=LONG_TITLE),
        CourseChanges(title=LONG_TITLE + " more", subject="Chess"),
        CourseChanges(status=CourseStatus.CLOSED),
    ]
    deaths = 0
    for change in changes:
        before = school.courses.page(course_id)
        assert before is not None
        # Its writer dies before the first call of the synchronisation, whoever comes next a call later each time.
        school.courses.change(before, change.applied_to(before), str(uuid4()))
        last = 0
        while True:
            mortal = School(school.client, MortalTable(school, last, after=after), school.name)
            try:
                mortal.indexer.sync(course_id)
            except Killed:
                deaths += 1
                school.check_counters()
                last += 1
                continue
            break
        school.indexer.sync(course_id)
        school.check_in_line()
    # With every death after a call some progress is kept, so that later tries need fewer calls.
    assert deaths >= 6


def test_second_synchronisation_writes_nothing(school: School, wired: School, wire: Wire) -> None:
    course_id = school.authoring.create(ADA, DRAFT).course.course_id
    wired.indexer.sync(course_id)
    assert wire.calls == ["BatchGetItem"]


@pytest.mark.parametrize("forgets_tokens", [False, True])
def test_lost_replies_count_nothing_twice(wired: School, wire: Wire, *, forgets_tokens: bool) -> None:
    """A creation is two transactions here, a change of title and level an update and a transaction."""
    wire.forgets_tokens = forgets_tokens
    wire.lose_reply("TransactWriteItems", times=2)
    course = wired.authoring.create(ADA, DRAFT).course
    wire.lose_reply("UpdateItem")
    wire.lose_reply("TransactWriteItems")
    changed = wired.authoring.change(ADA, course.course_id, CourseChanges(title="Pawn endings", level=Level.ADVANCED))
    assert changed.course.version == 2
    assert wired.courses.page(course.course_id) == changed
    wired.check_in_line()
    assert wired.reading.browse(Filters(query="pawn"), PageRequest()).total == 1


@pytest.mark.parametrize("forgets_tokens", [False, True])
def test_lost_reply_to_a_change_of_several_items(wired: School, wire: Wire, *, forgets_tokens: bool) -> None:
    wire.forgets_tokens = forgets_tokens
    course_id = wired.authoring.create(ADA, DRAFT).course.course_id
    wire.lose_reply("TransactWriteItems")
    changed = wired.authoring.change(ADA, course_id, CourseChanges(capacity=3, status=CourseStatus.CLOSED))
    assert changed.course.version == 2
    assert wired.courses.page(course_id) == changed
    wired.check_in_line()


@pytest.mark.parametrize("forgets_tokens", [False, True])
def test_lost_reply_to_a_deletion(wired: School, wire: Wire, *, forgets_tokens: bool) -> None:
    wire.forgets_tokens = forgets_tokens
    course_id = wired.authoring.create(ADA, replace(DRAFT, status=CourseStatus.DRAFT)).course.course_id
    wire.lose_reply("TransactWriteItems")
    wired.authoring.delete(ADA, course_id)
    assert wired.courses.page(course_id) is None


@pytest.mark.parametrize("change", [CourseChanges(title="Pawns"), CourseChanges(capacity=3, title="Pawns")])
def test_a_change_whose_reply_is_lost_is_known_as_done(wired: School, wire: Wire, change: CourseChanges) -> None:
    """And not made once more, on top of what others may have changed since."""
    wire.forgets_tokens = True
    before = wired.authoring.create(ADA, DRAFT)
    for operation in ("UpdateItem", "TransactWriteItems"):
        wire.lose_reply(operation)
    wired.courses.change(before, change.applied_to(before), str(uuid4()))
    after = wired.courses.page(before.course.course_id)
    assert after is not None
    assert after.course.version == before.course.version + 1


def test_a_course_is_never_written_over_by_a_new_one(school: School) -> None:
    page = school.authoring.create(ADA, DRAFT)
    stored = school.courses.page(page.course.course_id)
    with pytest.raises(ConditionFailed):
        school.courses.add(replace(page, course=replace(page.course, title="Another")), str(uuid4()))
    assert school.courses.page(page.course.course_id) == stored


def test_a_draft_that_is_published_meanwhile_is_not_deleted(wired: School, wire: Wire, school: School) -> None:
    course_id = school.authoring.create(ADA, replace(DRAFT, status=CourseStatus.DRAFT)).course.course_id
    publish = partial(school.authoring.change, ADA, course_id, CourseChanges(status=CourseStatus.PUBLISHED))
    wire.before("TransactWriteItems", publish)
    with pytest.raises(Conflict):
        wired.authoring.delete(ADA, course_id)
    assert school.courses.page(course_id) is not None


def test_an_assessment_that_is_added_meanwhile_is_deleted_with_its_draft(
    wired: School, wire: Wire, school: School
) -> None:
    course_id = school.authoring.create(ADA, replace(DRAFT, status=CourseStatus.DRAFT)).course.course_id
    assessing = AssessmentService(AssessmentRepository(school.table))
    wire.before(
        "TransactWriteItems", lambda: assessing.create(ADA, course_id, title="Mate", instructions="", max_grade=10)
    )
    wired.authoring.delete(ADA, course_id)
    assert [item["SK"] for item in school.items() if course_id in item["PK"] + item["SK"]] == []


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_largest_draft_is_deleted_whole(wired: School, wire: Wire, school: School, lost: int) -> None:
    largest = replace(DRAFT, status=CourseStatus.DRAFT, capacity=SEATS_PER_SHARD * SHARDS_MAX)
    course_id = school.authoring.create(ADA, largest).course.course_id
    assessing = AssessmentService(AssessmentRepository(school.table))
    for number in range(ASSESSMENTS_MAX):
        assessing.create(ADA, course_id, title=str(number), instructions="Write.", max_grade=10)
    wire.forgets_tokens = True
    for _ in range(lost):
        wire.lose_reply("TransactWriteItems")
    wired.authoring.delete(ADA, course_id)
    assert [item["SK"] for item in school.items() if course_id in item["PK"] + item["SK"]] == []


@pytest.mark.parametrize("forgets_tokens", [False, True])
def test_a_step_whose_reply_is_lost_is_known_as_taken(wired: School, wire: Wire, *, forgets_tokens: bool) -> None:
    course_id = wired.authoring.create(ADA, replace(DRAFT, status=CourseStatus.DRAFT)).course.course_id
    course, listing = wired.listings.standing(course_id)
    assert course is not None
    step = ListingStep(added=places_of(replace(course, status=CourseStatus.PUBLISHED)))
    wire.forgets_tokens = forgets_tokens
    wire.lose_reply("TransactWriteItems")
    taken = wired.listings.take(course, listing, step, str(uuid4()))
    assert taken is not None
    assert taken == wired.listings.standing(course_id)[1]
    # who read the record before that is not told that theirs was
    assert wired.listings.take(course, listing, step, str(uuid4())) is None
    wired.check_counters()


def test_seats_booked_while_their_number_shrinks_are_told_of(wired: School, wire: Wire, school: School) -> None:
    enrolling = EnrollmentService(EnrollmentRepository(school.table))
    course_id = school.authoring.create(ADA, replace(DRAFT, capacity=3)).course.course_id
    enrolling.enroll("usr_1", course_id)
    wire.before("TransactWriteItems", lambda: enrolling.enroll("usr_2", course_id))
    with pytest.raises(Conflict) as refused:
        wired.authoring.change(ADA, course_id, CourseChanges(capacity=1))
    assert refused.value.details == {"seatsTaken": 2}


def test_a_course_that_somebody_books_meanwhile_stays_a_course(wired: School, wire: Wire, school: School) -> None:
    enrolling = EnrollmentService(EnrollmentRepository(school.table))
    course_id = school.authoring.create(ADA, replace(DRAFT, capacity=3)).course.course_id
    wire.before("TransactWriteItems", lambda: enrolling.enroll("usr_1", course_id))
    begins = utc_now() + timedelta(days=1)
    into_session = CourseChanges(kind=Kind.SESSION, starts_at=begins, ends_at=begins + timedelta(hours=1))
    with pytest.raises(Conflict, match="has learners"):
        wired.authoring.change(ADA, course_id, into_session)
    page = school.courses.page(course_id)
    assert page is not None
    assert (page.course.kind, page.course.version) == (Kind.COURSE, 1)


def test_contended_counters_are_tried_again(wired: School, wire: Wire) -> None:
    wire.refuse("TransactWriteItems", conflict(4), times=3)
    wired.authoring.create(ADA, DRAFT)
    wired.check_in_line()


def test_busy_catalogue_leaves_the_rest_to_the_stream(wired: School, wire: Wire, school: School) -> None:
    course = wired.authoring.create(ADA, replace(DRAFT, status=CourseStatus.DRAFT)).course
    wire.forget()
    # One transaction publishes; the one of the catalogue never comes through.
    wire.before("TransactWriteItems", lambda: None)
    wire.refuse("TransactWriteItems", conflict(4), times=100)
    page = wired.authoring.change(ADA, course.course_id, CourseChanges(status=CourseStatus.PUBLISHED))
    assert page.course.status is CourseStatus.PUBLISHED
    assert school.reading.browse(Filters(), PageRequest()).total == 0
    school.indexer.sync(course.course_id)
    assert school.reading.browse(Filters(), PageRequest()).total == 1


def test_many_writers_and_synchronisers_at_once(school: School) -> None:
    """Nobody's change is lost, and whatever the interleaving the last synchronisation leaves everything in line."""
    ids = [school.authoring.create(ADA, DRAFT).course.course_id for _ in range(3)]
    versions = dict.fromkeys(ids, 1)
    randomness = random.Random(7)  # noqa: S311

    def task(number: int) -> Callable[[], object]:
        course_id = randomness.choice(ids)
        if number % 3 == 0:
            return lambda: school.indexer.sync(course_id)
        versions[course_id] += 1
        status = randomness.choice([CourseStatus.PUBLISHED, CourseStatus.CLOSED])
        # The description makes every one of them a change.
        changes = CourseChanges(title=f"Number {number % 5}", description=f"Change {number}", status=status)
        return lambda: retried(lambda: school.authoring.change(ADA, course_id, changes))

    succeed_at_once([task(number) for number in range(20)])
    for course_id in ids:
        school.indexer.sync(course_id)
        page = school.courses.page(course_id)
        assert page is not None
        assert page.course.version == versions[course_id]
        assert page.seats.status is page.course.status
    school.check_in_line()


def retried(call: Callable[[], object]) -> object:
    """As a client does that is told 503."""
    while True:
        try:
            return call()
        except TemporarilyUnavailable:
            continue


def test_capacity_is_never_below_the_seats_taken(school: School) -> None:
    enrolling = EnrollmentService(EnrollmentRepository(school.table))
    course_id = school.authoring.create(ADA, DRAFT).course.course_id

    def attempt(call: Callable[[], object]) -> Callable[[], object]:
        def attempted() -> object:
            with suppress(Conflict):
                return retried(call)
            return None

        return attempted

    school.authoring.change(ADA, course_id, CourseChanges(capacity=20))
    tasks = [attempt(partial(enrolling.enroll, f"usr_{number}", course_id)) for number in range(24)]
    for position, capacity in enumerate((15, 6, 9, 3, 0)):
        change = partial(school.authoring.change, ADA, course_id, CourseChanges(capacity=capacity))
        tasks.insert(5 * position, attempt(change))
    succeed_at_once(tasks)
    page = school.courses.page(course_id)
    assert page is not None
    assert page.seats.capacity is not None
    assert page.seats.taken <= page.seats.capacity
    held = [item for item in school.items() if item["entity"] == "Enrollment"]
    assert len(held) == page.seats.taken
