"""Seats in shards: the same promises as of one item, and every seat found in whichever shard it is."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus, Slot
from peerlearn.domain.errors import Conflict, EnrollmentDenied, TemporarilyUnavailable
from peerlearn.domain.shards import shard_of
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence import keys
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.progress import ProgressRepository
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.progress import ProgressService
from peerlearn.services.promotion import PromotionService
from peerlearn.services.rescheduling import ReschedulingService
from tests.integration.enrollments.conftest import reason
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.overtaken import OvertakenEnrollments, once
from tests.support.streams import Records
from tests.support.wire import Wire

TRANSACT, READ, QUERY = "TransactWriteItems", "BatchGetItem", "Query"
SHARDS = 3


def learner_of(shard: int, number: int = 0, shards: int = SHARDS) -> str:
    """A learner whose own shard that is."""
    names = (f"usr_{count}" for count in itertools.count())
    return next(itertools.islice((name for name in names if shard_of(name, shards) == shard), number, None))


def persistent(call: Callable[[], Enrollment]) -> Callable[[], Enrollment]:
    """As a client does that is told 503."""

    def repeated() -> Enrollment:
        while True:
            try:
                return call()
            except TemporarilyUnavailable:
                continue

    return repeated


def full(service: EnrollmentService, courses: Courses, *, waiting: int = 0) -> tuple[str, list[str]]:
    """A course with one seat in each of its shards, all taken by learners of that shard; and who waits, in order."""
    course_id = courses.add(SHARDS, seats_per_shard=1)
    for shard in range(SHARDS):
        service.enroll(learner_of(shard), course_id)
    line = [f"usr_line_{9 - number}" for number in range(waiting)]
    for learner in line:
        service.join_waitlist(learner, course_id)
    return course_id, line


def active(courses: Courses, course_id: str) -> set[str]:
    return {item["learnerId"] for item in courses.roster(course_id, EnrollmentStatus.ACTIVE)}


# -- booking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shards", [2, 5, 8])
def test_n_seats_in_shards_go_to_exactly_n_of_many_learners(table: Table, courses: Courses, shards: int) -> None:
    capacity = 40
    course_id = courses.add(capacity, seats_per_shard=capacity // shards)
    assert len(courses.seats(course_id).shards) == shards
    # some processes, each of which finds out for itself that there are shards
    services = [EnrollmentService(EnrollmentRepository(table)) for _ in range(4)]
    tasks = [
        persistent(partial(services[number % 4].enroll, f"usr_{number}", course_id)) for number in range(2 * capacity)
    ]
    results = at_once(tasks)
    accepted = {result.learner_id for result in results if isinstance(result, Enrollment)}
    assert len(accepted) == capacity
    assert {reason(one) for one in results if not isinstance(one, Enrollment)} == {"COURSE_FULL"}
    assert active(courses, course_id) == accepted
    courses.check(course_id)


def test_the_last_seat_is_found_wherever_it_is(service: EnrollmentService, courses: Courses) -> None:
    """All come from one shard, and each takes a seat in another once their own is full."""
    course_id = courses.add(12, seats_per_shard=4)
    learners = [learner_of(1, number) for number in range(16)]
    results = [at_once([partial(service.enroll, learner, course_id)], 1)[0] for learner in learners]
    assert all(isinstance(result, Enrollment) for result in results[:12])
    assert {reason(result) for result in results[12:]} == {"COURSE_FULL"}
    courses.check(course_id)


def test_a_learner_fifty_times_at_once_gets_one_seat(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(9, seats_per_shard=3)
    results = at_once([partial(service.enroll, "usr_1", course_id)] * 50)
    assert sum(isinstance(one, Enrollment) for one in results) == 1
    assert {reason(one) for one in results if not isinstance(one, Enrollment)} == {"ALREADY_ENROLLED"}
    courses.check(course_id)


def test_duplicate_is_told_before_full(service: EnrollmentService, courses: Courses) -> None:
    course_id, line = full(service, courses, waiting=1)
    for learner, expected in ((learner_of(2), "ALREADY_ENROLLED"), (line[0], "ALREADY_WAITLISTED")):
        (result,) = at_once([partial(service.enroll, learner, course_id)], 1)
        assert reason(result) == expected
    with pytest.raises(EnrollmentDenied) as denied:
        service.enroll("usr_new", course_id)
    assert denied.value.details == {"reason": "COURSE_FULL", "waitlistLength": 1}


def test_a_closed_course_takes_nobody_in_any_shard(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(9, seats_per_shard=3, status=CourseStatus.CLOSED)
    for learner in ("usr_1", "usr_2", "usr_3"):
        for use_case in (service.enroll, service.join_waitlist):
            (result,) = at_once([partial(use_case, learner, course_id)], 1)
            assert reason(result) == "NOT_OPEN"


# -- giving a seat up -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_known", [True, False])
def test_a_seat_is_given_up_in_the_shard_where_it_was_taken(
    table: Table, service: EnrollmentService, courses: Courses, *, is_known: bool
) -> None:
    course_id = courses.add(12, seats_per_shard=4)
    # the last of them in a shard that is not their own
    learners = [learner_of(1, number) for number in range(6)]
    for learner in learners:
        service.enroll(learner, course_id)
    dropping = service if is_known else EnrollmentService(EnrollmentRepository(table))
    for learner in (learners[0], learners[5]):
        dropping.withdraw(learner, course_id)
        courses.check(course_id)
        (again,) = at_once([partial(dropping.withdraw, learner, course_id)], 1)
        assert reason(again) == "NOT_ENROLLED"
    assert "seatShard" not in next(item for item in courses.roster(course_id) if item["learnerId"] == learners[5])
    # back again, counted as dropped in another shard than the one that is booked now
    for learner in (learners[5], learners[0]):
        assert service.enroll(learner, course_id).status is EnrollmentStatus.ACTIVE
        courses.check(course_id)


def test_a_double_drop_frees_one_seat(service: EnrollmentService, courses: Courses) -> None:
    course_id, _ = full(service, courses)
    results = at_once([partial(service.withdraw, learner_of(2), course_id)] * 32)
    assert results.count(None) == 1
    assert {reason(one) for one in results if one is not None} == {"NOT_ENROLLED"}
    courses.check(course_id)


def test_a_completed_course_counts_once_and_keeps_its_seat(
    table: Table, service: EnrollmentService, courses: Courses
) -> None:
    course_id, _ = full(service, courses)
    progress = ProgressService(ProgressRepository(table))
    for shard in range(SHARDS):
        learner = Principal(learner_of(shard), Role.LEARNER, "sid")
        for module in ("mod_1", "mod_2"):
            progress.complete(learner, course_id, module)
    assert courses.seats(course_id).completed == SHARDS
    (result,) = at_once([partial(service.withdraw, learner_of(1), course_id)], 1)
    assert isinstance(result, Conflict)
    courses.check(course_id)


# -- the line -------------------------------------------------------------------------------------------------------


def test_while_somebody_waits_nobody_books_in_any_shard(service: EnrollmentService, courses: Courses) -> None:
    course_id, _ = full(service, courses, waiting=1)
    for shard in range(SHARDS):
        service.withdraw(learner_of(shard), course_id)
    for shard in range(SHARDS):
        with pytest.raises(EnrollmentDenied) as denied:
            service.enroll(learner_of(shard, 1), course_id)
        assert denied.value.details == {"reason": "COURSE_FULL", "waitlistLength": 1}
    courses.check(course_id)


def test_freed_seats_of_any_shard_go_to_the_line_in_its_order_and_then_to_anyone(
    service: EnrollmentService, promotion: PromotionService, courses: Courses
) -> None:
    course_id, line = full(service, courses, waiting=5)
    courses.check(course_id)
    given = []
    for shard in (2, 0, 1):
        service.withdraw(learner_of(shard), course_id)
        given += promotion.promote(course_id)
        courses.check(course_id)
    assert given == line[:3]
    service.leave_waitlist(line[3], course_id)
    assert courses.waiting(course_id) == line[4:]
    service.withdraw(line[0], course_id)
    assert promotion.promote(course_id) == line[4:]
    # nobody waits any more: whoever comes first has the next one
    service.withdraw(line[1], course_id)
    assert service.enroll("usr_new", course_id).status is EnrollmentStatus.ACTIVE
    courses.check(course_id)


def test_the_last_to_leave_closes_the_line(service: EnrollmentService, courses: Courses) -> None:
    course_id, line = full(service, courses, waiting=2)
    for learner in line:
        service.leave_waitlist(learner, course_id)
        courses.check(course_id)
    service.withdraw(learner_of(1), course_id)
    service.enroll("usr_new", course_id)
    courses.check(course_id)


@pytest.mark.parametrize(
    ("step", "learner", "meanwhile", "other", "left"),
    [
        # the last leaves, and another joins: the line stays open
        ("leave_waitlist", "usr_line_9", "join_waitlist", "usr_late", ["usr_late"]),
        # another joins, and the last leaves: the line opens anew
        ("join_waitlist", "usr_late", "leave_waitlist", "usr_line_9", ["usr_late"]),
    ],
)
def test_the_line_is_open_while_anybody_waits_whoever_comes_and_goes_at_that_moment(
    service: EnrollmentService,
    courses: Courses,
    table: Table,
    step: str,
    learner: str,
    meanwhile: str,
    other: str,
    left: list[str],
) -> None:
    course_id, _ = full(service, courses, waiting=1)

    overtaken = OvertakenEnrollments(table, once(partial(getattr(service, meanwhile), other, course_id)))
    getattr(EnrollmentService(overtaken), step)(learner, course_id)
    assert courses.waiting(course_id) == left
    courses.check(course_id)


def test_waiting_is_refused_while_any_shard_has_a_seat(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(SHARDS, seats_per_shard=1)
    for shard in (0, 1):
        service.enroll(learner_of(shard), course_id)
    (result,) = at_once([partial(service.join_waitlist, learner_of(0, 1), course_id)], 1)
    assert reason(result) == "CONFLICT"
    courses.check(course_id)


def test_join_while_another_shard_has_a_seat_is_a_conflict(
    service: EnrollmentService, courses: Courses, table: Table
) -> None:
    """The line opens only where every shard is full at that moment: nobody waits for a seat that nobody would give."""
    course_id, _ = full(service, courses)

    overtaken = OvertakenEnrollments(table, once(partial(service.withdraw, learner_of(2), course_id)))
    (result,) = at_once([partial(EnrollmentService(overtaken).join_waitlist, "usr_new", course_id)], 1)
    assert reason(result) == "CONFLICT"
    assert service.enroll("usr_new", course_id).status is EnrollmentStatus.ACTIVE
    courses.check(course_id)


def test_joining_dropping_and_leaving_at_once_leaves_no_seat_and_no_learner_behind(
    service: EnrollmentService, promotion: PromotionService, courses: Courses
) -> None:
    course_id = courses.add(8, seats_per_shard=2)
    holders, line = [f"usr_{n}" for n in range(8)], [f"usr_line_{n}" for n in range(12)]
    for learner in holders:
        service.enroll(learner, course_id)
    tasks: list[Callable[[], object]] = [partial(service.join_waitlist, learner, course_id) for learner in line]
    tasks += [partial(service.withdraw, learner, course_id) for learner in holders[:5]]
    tasks += [partial(promotion.promote, course_id) for _ in range(5)]
    tasks += [partial(service.leave_waitlist, learner, course_id) for learner in line[:4]]
    at_once(tasks)
    promotion.promote(course_id)
    seats = courses.seats(course_id)
    assert seats.available == 0 or seats.waitlist_length == 0
    courses.check(course_id)


def test_joining_at_once_opens_the_line_once(service: EnrollmentService, courses: Courses) -> None:
    course_id, _ = full(service, courses)
    learners = [f"usr_line_{number}" for number in range(24)]
    results = at_once([partial(service.join_waitlist, learner, course_id) for learner in learners * 2])
    assert Counter(reason(one) for one in results if isinstance(one, Exception)) == {"ALREADY_WAITLISTED": 24}
    assert sorted(courses.waiting(course_id)) == sorted(learners)
    courses.check(course_id)


def test_many_promoters_at_once_give_each_seat_once(
    service: EnrollmentService, promotion: PromotionService, courses: Courses
) -> None:
    course_id, line = full(service, courses, waiting=5)
    for shard in range(SHARDS):
        service.withdraw(learner_of(shard), course_id)
    results = at_once([partial(promotion.promote, course_id)] * 16)
    promoted = list(itertools.chain.from_iterable(one for one in results if isinstance(one, list)))
    assert sorted(promoted) == sorted(line[:SHARDS])
    assert courses.waiting(course_id) == line[SHARDS:]
    courses.check(course_id)


def test_records_of_all_shards_doubled_and_reordered(
    service: EnrollmentService,
    courses: Courses,
    stream_records: Callable[[], Records],
    deliver: Callable[[str, Records], dict[str, object]],
) -> None:
    course_id, line = full(service, courses, waiting=4)
    for shard in (1, 2):
        service.withdraw(learner_of(shard), course_id)
    records = stream_records()
    assert deliver("follow_up", [*reversed(records), *records]) == {"batchItemFailures": []}
    assert active(courses, course_id) == {learner_of(0), *line[:2]}
    assert courses.waiting(course_id) == line[2:]
    courses.check(course_id)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_record_of_one_shard_is_enough(
    service: EnrollmentService,
    courses: Courses,
    stream_records: Callable[[], Records],
    deliver: Callable[[str, Records], dict[str, object]],
    shard: int,
) -> None:
    course_id, line = full(service, courses, waiting=2)
    service.withdraw(learner_of(shard), course_id)
    key = keys.seat_shard(course_id, shard)
    (*_, last) = [one for one in stream_records() if one["dynamodb"]["Keys"]["PK"]["S"] == key.pk]
    assert deliver("follow_up", [last]) == {"batchItemFailures": []}
    assert courses.waiting(course_id) == line[1:]
    courses.check(course_id)


# -- sessions -------------------------------------------------------------------------------------------------------


def test_a_session_in_shards(service: EnrollmentService, courses: Courses, table: Table) -> None:
    begins = utc_now().replace(microsecond=0) + timedelta(days=1)
    slot = (begins, begins + timedelta(hours=1))
    session, other = courses.add(9, slot=slot, seats_per_shard=3), courses.add(9, slot=slot, seats_per_shard=3)
    learners = [f"usr_{number}" for number in range(12)]
    results = at_once([persistent(partial(service.enroll, learner, session)) for learner in learners])
    booked = [result.learner_id for result in results if isinstance(result, Enrollment)]
    assert len(booked) == 9
    (refused,) = at_once([partial(service.enroll, booked[0], other)], 1)
    assert reason(refused) == "SCHEDULE_CONFLICT"
    service.withdraw(booked[0], session)
    assert courses.booked(booked[0]) == {}
    courses.check(session)
    store = EnrollmentRepository(table)
    seats = store.seats(session)
    assert seats is not None
    assert seats.taken == 8
    assert ReschedulingService(RosterRepository(table)).reschedule(session) == 0
    assert courses.booked(booked[1]) == {session: Slot(session, *slot)}


# -- replies that are lost, and round trips -------------------------------------------------------------------------

STEPS = ["enroll", "withdraw", "join_waitlist", "leave_waitlist"]


def prepared(service: EnrollmentService, courses: Courses, step: str) -> tuple[str, str]:
    """A learner who can take that step, of the second shard, and the course."""
    course_id, line = full(service, courses, waiting=1 if step == "leave_waitlist" else 0)
    if step == "enroll":
        service.withdraw(learner_of(1), course_id)
    learners = {"enroll": learner_of(1, 1), "withdraw": learner_of(1), "join_waitlist": "usr_new"}
    return learners.get(step) or line[0], course_id


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("forgets_tokens", [False, True])
def test_a_reply_lost_after_the_commit_is_no_denial(
    wired: EnrollmentService,
    wire: Wire,
    service: EnrollmentService,
    courses: Courses,
    step: str,
    *,
    forgets_tokens: bool,
) -> None:
    learner, course_id = prepared(service, courses, step)
    wire.forgets_tokens = forgets_tokens
    if step in ("enroll", "withdraw"):
        # the first transaction asks the first shard for the way: the second is the one that commits
        wire.before(TRANSACT, lambda: None)
    wire.lose_reply(TRANSACT)
    getattr(wired, step)(learner, course_id)
    statuses = {item["learnerId"]: item["status"] for item in courses.roster(course_id)}
    expected = {"enroll": "active", "join_waitlist": "waitlisted"}
    assert statuses[learner] == expected.get(step, "dropped")
    courses.check(course_id)


def test_a_process_that_knows_the_shards_books_and_drops_in_one_round_trip(
    wired: EnrollmentService, wire: Wire, courses: Courses
) -> None:
    course_id = courses.add(12, seats_per_shard=4)
    wired.enroll(learner_of(1), course_id)
    assert wire.calls == [TRANSACT, TRANSACT], "the first shard says how many there are"
    wire.forget()
    for number in range(1, 4):
        wired.enroll(learner_of(1, number), course_id)
    wired.withdraw(learner_of(1), course_id)
    wired.enroll(learner_of(0), course_id)
    assert wire.calls == [TRANSACT] * 5
    wired.enroll(learner_of(1, 4), course_id)
    wire.forget()
    wired.enroll(learner_of(1, 5), course_id)
    assert wire.calls == [TRANSACT, READ, TRANSACT], "the own shard is full: a look at all of them finds another"
    courses.check(course_id)


def test_each_item_asks_for_these_reads(wired: EnrollmentService, wire: Wire, courses: Courses) -> None:
    """A line touches all shards when it opens and closes, and only the first in between."""
    course_id = courses.add(0, seats_per_shard=1)
    courses.set_seats(courses.seats(course_id).resized(3, 1).resized(0))
    written = []
    for step, learner in (("join", "usr_1"), ("join", "usr_2"), ("leave", "usr_1"), ("leave", "usr_2")):
        wire.forget()
        getattr(wired, f"{step}_waitlist")(learner, course_id)
        # who joins presumes an open line; one that is to be opened takes another try
        *_, body = [body for body in wire.bodies if "TransactItems" in body]
        updates = [write["Update"]["Key"]["PK"]["S"] for write in body["TransactItems"] if "Update" in write]
        written.append(sum(key.startswith("COURSE#") for key in updates))
        courses.check(course_id)
    assert written == [3, 1, 1, 3]
