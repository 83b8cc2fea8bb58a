"""Courses that get shards while lines open and learners book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest

from peerlearn.domain.authoring import CourseChanges
from peerlearn.domain.bookings import BookingChange
from peerlearn.domain.courses import CourseStatus, Kind
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.errors import Conflict, EnrollmentDenied
from peerlearn.domain.retrying import Collision
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.enrollments import EnrollmentService
from tests.integration.courses.conftest import ADA, School
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.overtaken import OvertakenEnrollments
from tests.support.sharded import DRAFT, SOON, numbered, retried, wrong
from tests.support.wire import Wire


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
