"""Courses with so many seats that they are in shards, as their authors and readers see them; here five in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from peerlearn.domain.authoring import CourseChanges, CourseDraft, ModuleDraft
from peerlearn.domain.bookings import BookingChange
from peerlearn.domain.catalogue import Filters
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus, Kind, Level, Seats
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import Conflict, DomainError, EnrollmentDenied, TemporarilyUnavailable
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.retrying import Collision
from peerlearn.domain.rosters import RosterQuery
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Item
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.promotion import PromotionService
from scripts.invariants import Violation, violations
from tests.integration.courses.conftest import TUTORS, School
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.overtaken import OvertakenEnrollments
from tests.support.wire import Wire

ADA = TUTORS[0]
SOON = (utc_now() + timedelta(days=1), utc_now() + timedelta(days=1, hours=1))
DRAFT = CourseDraft(
    "Chess endgames",
    "d",
    "Games",
    Level.BEGINNER,
    Kind.COURSE,
    12,
    (ModuleDraft("Pawns", 20),),
    status=CourseStatus.PUBLISHED,
)


@pytest.fixture
def authoring(school: School) -> AuthoringService:
    return AuthoringService(school.courses, AccountRepository(school.table), school.indexer, seats_per_shard=5)


@pytest.fixture
def enrolling(school: School) -> EnrollmentService:
    return EnrollmentService(EnrollmentRepository(school.table))


def parts(seats: Seats) -> list[int | None]:
    return [shard.capacity for shard in seats.shards]


def retried(call: Callable[[], object]) -> object:
    """As a client does that is told 503; a refusal is a result like any other."""
    while True:
        try:
            return call()
        except TemporarilyUnavailable:
            continue
        except DomainError as refusal:
            return refusal


def numbered(prefix: str, count: int) -> Iterator[str]:
    return (f"usr_{prefix}_{number}" for number in range(count))


def wrong(items: list[Item]) -> list[Violation]:
    """Return the violations of a table; this one's tutors have no credentials."""
    return [violation for violation in violations(items) if violation.kind != "accounts"]


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


def test_a_line_that_opens_meanwhile_is_known_to_new_shards(
    school: School, enrolling: EnrollmentService, courses: Courses, authoring: AuthoringService, wire: Wire
) -> None:
    """Between the author's look at the course and their write the first learner joins the line."""
    course_id = authoring.create(ADA, replace(DRAFT, capacity=1)).course.course_id
    enrolling.enroll("usr_1", course_id)
    over_wire = School(wire.client, type(school.table)(wire.client, school.name), school.name)
    late = AuthoringService(over_wire.courses, AccountRepository(school.table), school.indexer, seats_per_shard=5)
    wire.before("TransactWriteItems", lambda: enrolling.join_waitlist("usr_w1", course_id))
    late.change(ADA, course_id, CourseChanges(capacity=20))
    assert wire.calls.count("TransactWriteItems") == 2
    courses.check(course_id)


def test_a_line_that_dissolves_meanwhile_is_not_waited_for_by_new_shards(
    school: School, enrolling: EnrollmentService, courses: Courses, authoring: AuthoringService, wire: Wire
) -> None:
    course_id = authoring.create(ADA, replace(DRAFT, capacity=1)).course.course_id
    enrolling.enroll("usr_1", course_id)
    enrolling.join_waitlist("usr_w1", course_id)
    over_wire = School(wire.client, type(school.table)(wire.client, school.name), school.name)
    late = AuthoringService(over_wire.courses, AccountRepository(school.table), school.indexer, seats_per_shard=5)
    wire.before("TransactWriteItems", lambda: enrolling.leave_waitlist("usr_w1", course_id))
    late.change(ADA, course_id, CourseChanges(capacity=20))
    courses.check(course_id)
    assert wrong(school.items()) == []


def test_shards_that_an_older_look_did_not_see_are_not_written_over(
    school: School, enrolling: EnrollmentService, courses: Courses, authoring: AuthoringService
) -> None:
    """A course and its seats are two items: who reads them while they change may get one of each."""
    older = authoring.create(ADA, replace(DRAFT, capacity=4))
    course_id = older.course.course_id
    authoring.change(ADA, course_id, CourseChanges(capacity=20))
    for learner in numbered("any", 12):
        enrolling.enroll(learner, course_id)
    newer = school.courses.page(course_id)
    assert newer is not None
    torn = replace(newer, seats=older.seats)
    with pytest.raises(Collision):
        school.courses.change(torn, CourseChanges(capacity=30).applied_to(torn, 5), str(uuid4()))
    courses.check(course_id)


@pytest.mark.parametrize("capacity", [4, 8])
@pytest.mark.parametrize(
    "changes",
    [CourseChanges(status=CourseStatus.CLOSED), CourseChanges(kind=Kind.SESSION, starts_at=SOON[0], ends_at=SOON[1])],
    ids=["closed", "session"],
)
def test_change_that_an_older_look_missed_is_carried_out(
    school: School, courses: Courses, authoring: AuthoringService, capacity: int, changes: CourseChanges
) -> None:
    """A course that is closed in some of its shards would go on selling the others."""
    older = authoring.create(ADA, replace(DRAFT, capacity=capacity))
    course_id = older.course.course_id
    authoring.change(ADA, course_id, CourseChanges(capacity=20))
    newer = school.courses.page(course_id)
    assert newer is not None
    torn = replace(newer, seats=older.seats)
    with pytest.raises(Collision):
        school.courses.change(torn, changes.applied_to(torn, 5), str(uuid4()))
    page = school.courses.page(course_id)
    assert page == newer
    courses.check(course_id)


def test_join_while_the_course_gets_more_shards_is_told_of_their_seats(
    school: School, authoring: AuthoringService, enrolling: EnrollmentService, courses: Courses
) -> None:
    """A line that opened in the old shards alone would be passed by in the new ones."""
    course_id = authoring.create(ADA, DRAFT).course.course_id
    for learner in numbered("any", 12):
        enrolling.enroll(learner, course_id)

    def grow(_: BookingChange) -> None:
        if len(courses.seats(course_id).shards) == 3:
            authoring.change(ADA, course_id, CourseChanges(capacity=40))

    with pytest.raises(Conflict, match="Seats are free"):
        EnrollmentService(OvertakenEnrollments(school.table, grow)).join_waitlist("usr_w1", course_id)
    courses.check(course_id)


def test_a_process_finds_out_that_there_are_more_shards(
    authoring: AuthoringService, courses: Courses, wired: School, wire: Wire
) -> None:
    course_id = authoring.create(ADA, replace(DRAFT, capacity=5)).course.course_id
    service = EnrollmentService(EnrollmentRepository(wired.table))
    tries = []
    for capacity, learners in ((5, "one"), (12, "three"), (40, "eight")):
        authoring.change(ADA, course_id, CourseChanges(capacity=capacity))
        for learner in numbered(learners, 2):
            wire.forget()
            service.enroll(learner, course_id)
            tries.append(list(wire.calls))
    assert [len(calls) for calls in tries] == [1, 1, 2, 1, 2, 1]
    assert {call for calls in tries for call in calls} == {"TransactWriteItems"}
    courses.check(course_id)


def test_process_that_knows_fewer_shards_tells_the_whole_line(
    school: School, authoring: AuthoringService, enrolling: EnrollmentService
) -> None:
    """Only the first shard counts the line, and the learner's own may be another."""
    course_id = authoring.create(ADA, replace(DRAFT, capacity=6)).course.course_id
    early = EnrollmentService(EnrollmentRepository(school.table))
    for learner in numbered("first", 6):
        early.enroll(learner, course_id)
    authoring.change(ADA, course_id, CourseChanges(capacity=12))
    for learner in numbered("second", 6):
        enrolling.enroll(learner, course_id)
    for learner in numbered("line", 3):
        enrolling.join_waitlist(learner, course_id)
    for learner in numbered("late", 6):
        # each of them finds it out alone
        late = EnrollmentService(EnrollmentRepository(school.table))
        late._store._shards.learn(course_id, 2)  # type: ignore[attr-defined]
        with pytest.raises(EnrollmentDenied) as denied:
            late.enroll(learner, course_id)
        assert denied.value.details == {"reason": "COURSE_FULL", "waitlistLength": 3}


# -- while learners come --------------------------------------------------------------------------------------------


def test_a_course_gets_shards_while_learners_book_and_drop(
    school: School, authoring: AuthoringService, courses: Courses
) -> None:
    course_id = authoring.create(ADA, replace(DRAFT, capacity=5)).course.course_id
    services = [EnrollmentService(EnrollmentRepository(school.table)) for _ in range(4)]
    early = list(numbered("early", 5))
    for learner in early:
        services[0].enroll(learner, course_id)
    tasks: list[Callable[[], object]] = [
        partial(services[number % 4].enroll, learner, course_id) for number, learner in enumerate(numbered("late", 80))
    ]
    tasks[3:3] = [partial(services[number].withdraw, learner, course_id) for number, learner in enumerate(early[:3])]
    for position, capacity in ((5, 12), (30, 23), (55, 40)):
        tasks.insert(position, partial(authoring.change, ADA, course_id, CourseChanges(capacity=capacity)))
    results = at_once([partial(retried, task) for task in tasks])
    courses.check(course_id)
    # whoever was refused too early comes again: every seat is found, and none twice
    accepted = {result.learner_id for result in results if isinstance(result, Enrollment)}
    late = [one for one in numbered("late", 80) if one not in accepted]
    at_once([partial(retried, partial(services[0].enroll, one, course_id)) for one in late])
    seats = courses.seats(course_id)
    assert (seats.capacity, seats.taken, len(seats.shards)) == (40, 40, 8)
    courses.check(course_id)
    assert wrong(school.items()) == []


def test_capacity_is_never_below_the_seats_taken(
    authoring: AuthoringService, courses: Courses, enrolling: EnrollmentService
) -> None:
    course_id = authoring.create(ADA, replace(DRAFT, capacity=20)).course.course_id
    tasks: list[Callable[[], object]] = [
        partial(enrolling.enroll, learner, course_id) for learner in numbered("any", 30)
    ]
    for position, capacity in enumerate((16, 9, 13, 5, 18, 11)):
        tasks.insert(5 * position, partial(authoring.change, ADA, course_id, CourseChanges(capacity=capacity)))
    at_once([partial(retried, task) for task in tasks])
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
