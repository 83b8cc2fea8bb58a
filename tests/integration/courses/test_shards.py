"""Courses with so many seats that they are in shards, as their authors and readers see them; here five in each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from peerlearn.domain.authoring import CourseChanges
from peerlearn.domain.catalogue import Filters
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus, Kind, Seats
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import Conflict, EnrollmentDenied
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.rosters import RosterQuery
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.promotion import PromotionService
from tests.integration.courses.conftest import ADA, School
from tests.support.courses import Courses
from tests.support.sharded import DRAFT, numbered, parts, wrong
from tests.support.wire import Wire

# -- reading --------------------------------------------------------------------------------------------------------


def test_readers_see_the_sum_of_the_shards(
    wired: School, wire: Wire, authoring: AuthoringService, enrolling: EnrollmentService
) -> None:
    course_id = authoring.create(ADA, DRAFT).course.course_id
    small = authoring.create(ADA, replace(DRAFT, capacity=5)).course.course_id
    for learner in numbered("any", 7):
        enrolling.enroll(learner, course_id)
    enrolling.withdraw("usr_any_3", course_id)

    def counted(seats: Seats) -> tuple[int | None, int, int, int | None]:
        return seats.capacity, seats.taken, seats.dropped, seats.available

    page = wired.reading.course(course_id, None)
    assert counted(page.seats) == (12, 6, 1, 6)
    assert wire.calls == ["Query", "BatchGetItem"]
    wire.forget()
    listed = {entry.course.course_id: entry.seats for entry in wired.reading.browse(Filters(), PageRequest()).entries}
    assert counted(listed[course_id]) == (12, 6, 1, 6)
    assert wire.calls == ["Query", "BatchGetItem", "BatchGetItem"]
    wire.forget()
    roster = wired.rosters.page(ADA, course_id, RosterQuery(EnrollmentStatus.ACTIVE), PageRequest(1, 3))
    assert (roster.total, len(roster.entries)) == (6, 3)
    assert wired.rosters.page(ADA, course_id, RosterQuery(EnrollmentStatus.DROPPED), PageRequest()).total == 1
    # a course without shards is read as ever
    wire.forget()
    assert wired.reading.course(small, None).seats.shards == ()
    assert wire.calls == ["Query"]


# -- changing -------------------------------------------------------------------------------------------------------


def test_shards_from_the_first_draft_to_its_end(school: School, authoring: AuthoringService) -> None:
    draft = replace(DRAFT, status=CourseStatus.DRAFT)
    course_id = authoring.create(ADA, draft).course.course_id
    assert {item["PK"] for item in school.items() if item["entity"] == "Seats"} == {
        key.pk for key in keys.seat_shards(course_id, 3)
    }
    authoring.change(ADA, course_id, CourseChanges(capacity=22))
    assert len([item for item in school.items() if item["entity"] == "Seats"]) == 5
    authoring.delete(ADA, course_id)
    assert [item for item in school.items() if item.get("courseId") == course_id] == []


def test_capacity_goes_up_and_down_and_shards_are_never_fewer(
    authoring: AuthoringService, courses: Courses, enrolling: EnrollmentService
) -> None:
    course_id = authoring.create(ADA, replace(DRAFT, capacity=4)).course.course_id
    for learner in numbered("first", 4):
        enrolling.enroll(learner, course_id)
    seen = []
    for capacity in (13, 4, None, 30, 6):
        seen.append(parts(authoring.change(ADA, course_id, CourseChanges(capacity=capacity)).seats))
        courses.check(course_id)
        assert courses.seats(course_id).capacity == capacity
    # the four who were there first are in the first shard for good
    assert seen == [[5, 4, 4], [4, 0, 0], [None] * 3, [5] * 6, [4, 1, 1, 0, 0, 0]]
    # who came before the shards did leaves like everybody else
    EnrollmentService(enrolling._store).withdraw("usr_first_0", course_id)
    for learner in numbered("second", 3):
        enrolling.enroll(learner, course_id)
    with pytest.raises(EnrollmentDenied):
        enrolling.enroll("usr_late", course_id)
    courses.check(course_id)


def test_fewer_seats_than_are_taken_are_refused(authoring: AuthoringService, enrolling: EnrollmentService) -> None:
    course_id = authoring.create(ADA, DRAFT).course.course_id
    for learner in numbered("any", 7):
        enrolling.enroll(learner, course_id)
    with pytest.raises(Conflict) as refused:
        authoring.change(ADA, course_id, CourseChanges(capacity=6))
    assert refused.value.details == {"seatsTaken": 7}
    assert authoring.change(ADA, course_id, CourseChanges(capacity=7)).seats.available == 0
    with pytest.raises(EnrollmentDenied):
        enrolling.enroll("usr_late", course_id)


def test_a_seat_in_any_shard_keeps_the_course_a_course(
    authoring: AuthoringService, enrolling: EnrollmentService, courses: Courses
) -> None:
    course_id = authoring.create(ADA, DRAFT).course.course_id
    # of a later shard
    learner = next(learner for learner in numbered("any", 20) if courses.seats(course_id).shard_for(learner) == 2)
    enrolling.enroll(learner, course_id)
    begins = utc_now() + timedelta(days=1)
    into_session = CourseChanges(kind=Kind.SESSION, starts_at=begins, ends_at=begins + timedelta(hours=1))
    with pytest.raises(Conflict, match="has learners"):
        authoring.change(ADA, course_id, into_session)
    enrolling.withdraw(learner, course_id)
    assert authoring.change(ADA, course_id, into_session).seats.kind is Kind.SESSION
    # every shard knows its time now: booking compares it
    for number, other in enumerate(numbered("new", 12)):
        enrolling.enroll(other, course_id)
        assert len(courses.booked(other)) == 1, number
    courses.check(course_id)


def test_a_closed_course_is_closed_in_every_shard_and_opens_for_its_line(
    school: School, authoring: AuthoringService, enrolling: EnrollmentService, courses: Courses
) -> None:
    course_id = authoring.create(ADA, DRAFT).course.course_id
    for learner in numbered("any", 12):
        enrolling.enroll(learner, course_id)
    for learner in ("usr_w1", "usr_w2"):
        enrolling.join_waitlist(learner, course_id)
    authoring.change(ADA, course_id, CourseChanges(status=CourseStatus.CLOSED))
    for learner in numbered("any", 2):
        enrolling.withdraw(learner, course_id)
    promotion = PromotionService(EnrollmentRepository(school.table))
    assert promotion.promote(course_id) == []
    authoring.change(ADA, course_id, CourseChanges(status=CourseStatus.PUBLISHED))
    assert promotion.promote(course_id) == ["usr_w1", "usr_w2"]
    courses.check(course_id)


def test_new_shards_are_for_the_line_first(
    school: School, authoring: AuthoringService, enrolling: EnrollmentService, courses: Courses
) -> None:
    course_id = authoring.create(ADA, replace(DRAFT, capacity=2)).course.course_id
    for learner in ("usr_1", "usr_2"):
        enrolling.enroll(learner, course_id)
    for learner in ("usr_w1", "usr_w2", "usr_w3"):
        enrolling.join_waitlist(learner, course_id)
    authoring.change(ADA, course_id, CourseChanges(capacity=20))
    courses.check(course_id)
    for learner in numbered("new", 8):
        with pytest.raises(EnrollmentDenied):
            enrolling.enroll(learner, course_id)
    assert PromotionService(EnrollmentRepository(school.table)).promote(course_id) == ["usr_w1", "usr_w2", "usr_w3"]
    for learner in numbered("new", 8):
        enrolling.enroll(learner, course_id)
    courses.check(course_id)


@pytest.mark.parametrize(
    ("name", "value"), [("seatsTaken", 1), ("capacity", 0), ("waitlistLength", 1), ("shards", 2), ("droppedCount", 1)]
)
def test_shards_that_do_not_agree_are_told_of(
    school: School, authoring: AuthoringService, enrolling: EnrollmentService, name: str, value: int
) -> None:
    course_id = authoring.create(ADA, DRAFT).course.course_id
    for learner in numbered("any", 10):
        enrolling.enroll(learner, course_id)
    items = school.items()
    assert wrong(items) == []
    key = keys.seat_shard(course_id, 1)
    assert wrong([{**item, name: value} if (item["PK"], item["SK"]) == key else item for item in items]) != []


@pytest.mark.parametrize("forgets_tokens", [False, True])
def test_an_authors_reply_lost_after_the_commit(
    school: School, authoring: AuthoringService, courses: Courses, wire: Wire, *, forgets_tokens: bool
) -> None:
    course_id = authoring.create(ADA, replace(DRAFT, capacity=5)).course.course_id
    over_wire = School(wire.client, type(school.table)(wire.client, school.name), school.name)
    changing = AuthoringService(over_wire.courses, AccountRepository(school.table), school.indexer, seats_per_shard=5)
    wire.forgets_tokens = forgets_tokens
    wire.lose_reply("TransactWriteItems")
    assert changing.change(ADA, course_id, CourseChanges(capacity=20)).course.version == 2
    page = school.courses.page(course_id)
    assert page is not None
    assert (page.course.version, parts(page.seats)) == (2, [5, 5, 5, 5])
    courses.check(course_id)
