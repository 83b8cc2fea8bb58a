"""Seats in shards: the same promises as of one item, and every seat found in whichever shard it is."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus, Slot
from peerlearn.domain.errors import Conflict, EnrollmentDenied
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.progress import ProgressRepository
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.progress import ProgressService
from peerlearn.services.rescheduling import ReschedulingService
from tests.integration.enrollments.conftest import reason
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.sharded import SHARDS, active, full, learner_of, persistent
from tests.support.wire import Wire

TRANSACT, READ, QUERY = "TransactWriteItems", "BatchGetItem", "Query"


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
