"""RULES 3: whatever comes together, the counters say at every moment what is there."""

from __future__ import annotations

import random
import threading
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import NotEnrolled
from peerlearn.persistence import keys
from peerlearn.persistence.marshalling import unmarshal
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.promotion import PromotionService
from tests.integration.enrollments.conftest import reason
from tests.support.at_once import at_once
from tests.support.courses import Courses

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEARNERS = [f"usr_{number:02}" for number in range(24)]


def moment(
    dynamodb: DynamoDBClient, table_name: str, course_id: str, shards: int = 1
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The seats and all enrolments at one and the same moment."""
    wanted = [
        *keys.seat_shards(course_id, shards),
        *(keys.enrollment(learner, course_id) for learner in LEARNERS),
    ]
    gets: Any = [
        {"Get": {"TableName": table_name, "Key": {name: {"S": text} for name, text in key.as_item().items()}}}
        for key in wanted
    ]
    answers = dynamodb.transact_get_items(TransactItems=gets)["Responses"]
    items = [unmarshal(answer["Item"]) if "Item" in answer else {} for answer in answers]
    return items[:shards], [item for item in items[shards:] if item]


@pytest.mark.parametrize("shards", [1, 3])
def test_churn_of_booking_dropping_waiting_and_promoting(
    service: EnrollmentService,
    promotion: PromotionService,
    courses: Courses,
    dynamodb: DynamoDBClient,
    table_name: str,
    shards: int,
) -> None:
    capacity = 5
    course_id = courses.add(capacity, seats_per_shard=-(-capacity // shards))
    steps = [service.enroll, service.withdraw, service.join_waitlist, service.leave_waitlist]
    done = threading.Event()
    moments: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = []

    def watch() -> None:
        while not done.is_set():
            moments.append(moment(dynamodb, table_name, course_id, shards))

    def some_of(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        for step in range(1000):
            # On a busy machine the churn goes on until it was looked at often enough.
            if step >= 25 and len(moments) > 20:
                return
            if chance.random() < 0.25:
                promotion.promote(course_id)
            else:
                at_once([partial(chance.choice(steps), chance.choice(LEARNERS), course_id)], 1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    outcomes = at_once([partial(some_of, seed) for seed in range(16)], 16)
    done.set()
    watcher.join()

    assert set(outcomes) == {None}
    moments.append(moment(dynamodb, table_name, course_id, shards))
    assert len(moments) > 20
    seen: Counter[str] = Counter()
    for seats, enrollments in moments:
        statuses = Counter(item["status"] for item in enrollments)
        seen += statuses
        taken = [item["seatsTaken"] for item in seats]
        assert sum(taken) == statuses["active"] + statuses["completed"]
        assert sum(item["droppedCount"] for item in seats) == statuses["dropped"]
        assert 0 <= sum(taken) <= capacity == sum(item["capacity"] for item in seats)
        # the first shard has the length of the line, the others whether there is one
        assert seats[0]["waitlistLength"] == statuses["waitlisted"]
        assert {item["waitlistLength"] for item in seats[1:]} <= {min(1, statuses["waitlisted"])}
        held = Counter(item.get("seatShard", 0) for item in enrollments if item["status"] in ("active", "completed"))
        assert taken == [held[number] for number in range(shards)]
    # Everything happened: the test would show nothing otherwise.
    assert set(seen) == {"active", "dropped", "waitlisted"}
    courses.check(course_id)
    promotion.promote(course_id)
    seats_left = courses.seats(course_id)
    assert seats_left.available == 0 or seats_left.waitlist_length == 0
    courses.check(course_id)


def test_a_double_drop_frees_one_seat(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(3)
    for learner in LEARNERS[:3]:
        service.enroll(learner, course_id)
    results = at_once([partial(service.withdraw, LEARNERS[0], course_id)] * 32)
    assert results.count(None) == 1
    assert {reason(one) for one in results if one is not None} == {"NOT_ENROLLED"}
    assert courses.seats(course_id).taken == 2
    courses.check(course_id)


@pytest.mark.parametrize("status", [None, EnrollmentStatus.DROPPED, EnrollmentStatus.WAITLISTED])
def test_dropping_needs_a_seat(service: EnrollmentService, courses: Courses, status: EnrollmentStatus | None) -> None:
    course_id = courses.add(0)
    if status is not None:
        service.join_waitlist("usr_1", course_id)
    if status is EnrollmentStatus.DROPPED:
        service.leave_waitlist("usr_1", course_id)
    with pytest.raises(NotEnrolled):
        service.withdraw("usr_1", course_id)
    courses.check(course_id)


def test_leaving_the_line_once(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(0)
    for learner in LEARNERS[:3]:
        service.join_waitlist(learner, course_id)
    results = at_once([partial(service.leave_waitlist, LEARNERS[1], course_id)] * 16)
    assert results.count(None) == 1
    assert {reason(one) for one in results if one is not None} == {"NOT_ENROLLED"}
    assert courses.waiting(course_id) == [LEARNERS[0], LEARNERS[2]]
    courses.check(course_id)


def test_joining_at_once_gives_everyone_a_place_and_each_only_one(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(0)
    results = at_once([partial(service.join_waitlist, learner, course_id) for learner in LEARNERS * 3])
    denied = [one for one in results if isinstance(one, Exception)]
    assert len(results) - len(denied) == len(LEARNERS)
    assert {reason(one) for one in denied} == {"ALREADY_WAITLISTED"}
    assert sorted(courses.waiting(course_id)) == LEARNERS
    courses.check(course_id)


def test_learner_who_joins_again_is_last_in_line(service: EnrollmentService, courses: Courses) -> None:
    course_id = courses.add(0)
    for learner in LEARNERS[:2]:
        service.join_waitlist(learner, course_id)
    service.leave_waitlist(LEARNERS[0], course_id)
    assert service.join_waitlist(LEARNERS[0], course_id).position == 2
    assert courses.waiting(course_id) == [LEARNERS[1], LEARNERS[0]]
    courses.check(course_id)


def test_waiting_is_refused_while_seats_are_free(service: EnrollmentService, courses: Courses) -> None:
    for capacity in (1, None):
        course_id = courses.add(capacity)
        (result,) = at_once([partial(service.join_waitlist, "usr_1", course_id)], 1)
        assert reason(result) == "CONFLICT"
        courses.check(course_id)
