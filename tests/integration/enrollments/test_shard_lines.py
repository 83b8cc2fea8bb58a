"""The waitlist of a course whose seats are in shards."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import EnrollmentDenied
from peerlearn.persistence import keys
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.promotion import PromotionService
from tests.integration.enrollments.conftest import reason
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.overtaken import OvertakenEnrollments, once
from tests.support.sharded import SHARDS, active, full, learner_of
from tests.support.streams import Records


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
