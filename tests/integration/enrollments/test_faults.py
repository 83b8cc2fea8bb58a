"""Contention and throttling: how long they are waited out, what is never tried again, and what each request costs.

`integration/faults` has every fault at every call.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.retrying import Backoff
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.own_enrollments import OwnEnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.own_enrollments import OwnEnrollmentService
from tests.fakes.clock import FakeClock
from tests.fakes.keys import fake_tokens
from tests.integration.enrollments.conftest import reason
from tests.support.api import Answer
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.people import People
from tests.support.wire import BROKEN, THROTTLED, Refusal, Wire, cancelled, conflict

TRANSACT, READ, QUERY = "TransactWriteItems", "BatchGetItem", "Query"
STEPS = ["enroll", "enroll_again", "enroll_session", "withdraw", "withdraw_session", "join_waitlist", "leave_waitlist"]

Call = Callable[..., Answer]
Prepared = Callable[[str], tuple[str, str]]


@pytest.fixture
def prepared(service: EnrollmentService, courses: Courses) -> Prepared:
    """A course on which `usr_1` can take that step: the endpoint to call, and the course."""

    def prepare(step: str) -> tuple[str, str]:
        begins = utc_now() + timedelta(days=1)
        slot = (begins, begins + timedelta(hours=1)) if step.endswith("_session") else None
        course_id = courses.add(0 if "waitlist" in step else 1, slot=slot)
        endpoint = step.removesuffix("_session").removesuffix("_again")
        if endpoint == "withdraw" or step == "enroll_again":
            service.enroll("usr_1", course_id)
        if step == "enroll_again":
            service.withdraw("usr_1", course_id)
        if step == "leave_waitlist":
            service.join_waitlist("usr_1", course_id)
        return endpoint, course_id

    return prepare


STATUS_AFTER = {"enroll": "active", "withdraw": "dropped", "join_waitlist": "waitlisted", "leave_waitlist": "dropped"}


def happened_once(courses: Courses, endpoint: str, course_id: str, answer: Answer) -> None:
    assert answer.status == (204 if endpoint in ("withdraw", "leave_waitlist") else 201), answer
    (item,) = courses.roster(course_id)
    assert item["status"] == STATUS_AFTER[endpoint]
    courses.check(course_id)


def test_a_request_whose_replies_are_all_lost_is_a_503_and_repeating_it_tells_the_truth(
    call: Call, wire: Wire, courses: Courses
) -> None:
    course_id = courses.add(1)
    wire.lose_reply(TRANSACT, times=3)
    answer = call("enroll", "usr_1", course_id)
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "TEMPORARILY_UNAVAILABLE", "1")
    assert wire.calls == [TRANSACT] * 3
    answer = call("enroll", "usr_1", course_id)
    assert (answer.status, answer.body["details"]["reason"]) == (409, "ALREADY_ENROLLED")
    courses.check(course_id)


@pytest.mark.parametrize("step", STEPS)
def test_each_request_has_one_token_for_all_its_tries(call: Call, wire: Wire, prepared: Prepared, step: str) -> None:
    endpoint, course_id = prepared(step)
    wire.refuse(TRANSACT, conflict(2), times=2)
    call(endpoint, "usr_1", course_id)
    tokens = [body["ClientRequestToken"] for body in wire.bodies if "ClientRequestToken" in body]
    assert len(set(tokens[:3])) == 1
    assert all(1 <= len(token) <= 36 for token in tokens)


@pytest.mark.parametrize("refusal", [conflict(2), conflict(2, at=1), cancelled("None", "ThrottlingError")])
def test_contention_is_waited_out(
    call: Call, wire: Wire, courses: Courses, prepared: Prepared, refusal: Refusal
) -> None:
    endpoint, course_id = prepared("enroll")
    wire.refuse(TRANSACT, refusal, times=5)
    happened_once(courses, endpoint, course_id, call(endpoint, "usr_1", course_id))


def test_contention_without_end_is_a_503_that_changed_nothing(
    call: Call, wire: Wire, courses: Courses, prepared: Prepared
) -> None:
    endpoint, course_id = prepared("enroll")
    before = courses.seats(course_id)
    wire.refuse(TRANSACT, conflict(2), times=1000)
    answer = call(endpoint, "usr_1", course_id)
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "TEMPORARILY_UNAVAILABLE", "1")
    assert wire.calls.count(TRANSACT) == Backoff().attempts
    assert courses.seats(course_id) == before
    courses.check(course_id)


@pytest.mark.parametrize("refusal", [THROTTLED, BROKEN])
@pytest.mark.parametrize("operation", [TRANSACT, READ])
def test_throttling_is_a_503_after_a_few_tries(
    call: Call, wire: Wire, courses: Courses, prepared: Prepared, operation: str, refusal: Refusal
) -> None:
    endpoint, course_id = prepared("enroll_session")
    wire.refuse(operation, refusal, times=1000)
    answer = call(endpoint, "usr_1", course_id)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert wire.calls.count(operation) == 3
    assert courses.roster(course_id) == []


def test_throttling_that_passes_is_not_noticed(call: Call, wire: Wire, courses: Courses, prepared: Prepared) -> None:
    endpoint, course_id = prepared("enroll")
    wire.refuse(TRANSACT, THROTTLED, times=2)
    happened_once(courses, endpoint, course_id, call(endpoint, "usr_1", course_id))


def test_a_false_condition_is_not_tried_again(
    wired: EnrollmentService, wire: Wire, service: EnrollmentService, courses: Courses
) -> None:
    course_id = courses.add(1)
    service.enroll("usr_1", course_id)
    for learner, expected in (("usr_1", "ALREADY_ENROLLED"), ("usr_2", "COURSE_FULL")):
        wire.forget()
        (result,) = at_once([partial(wired.enroll, learner, course_id)], 1)
        assert reason(result) == expected
        assert wire.calls == [TRANSACT]
    wire.forget()
    (refusal,) = at_once([partial(wired.withdraw, "usr_2", course_id)], 1)
    assert (reason(refusal), wire.calls) == ("NOT_ENROLLED", [TRANSACT])


def test_a_full_course_does_not_hide_an_enrollment_that_is_just_being_written(
    wired: EnrollmentService, wire: Wire, service: EnrollmentService, courses: Courses
) -> None:
    """The last seat, booked twice by one learner: the enrolment is still locked, the seat already counted."""
    course_id = courses.add(1)
    service.enroll("usr_1", course_id)
    wire.refuse(TRANSACT, cancelled("TransactionConflict", "ConditionalCheckFailed", "None"))
    (result,) = at_once([partial(wired.enroll, "usr_1", course_id)], 1)
    assert reason(result) == "ALREADY_ENROLLED"


ROUND_TRIPS = {
    "enroll": [TRANSACT],
    "enroll_again": [TRANSACT, TRANSACT],
    "enroll_session": [READ, TRANSACT],
    "withdraw": [TRANSACT],
    "withdraw_session": [TRANSACT],
    "join_waitlist": [TRANSACT, READ, QUERY],
    "leave_waitlist": [READ, TRANSACT],
}


@pytest.mark.parametrize("step", STEPS)
def test_round_trips(call: Call, wire: Wire, courses: Courses, prepared: Prepared, step: str) -> None:
    endpoint, course_id = prepared(step)
    happened_once(courses, endpoint, course_id, call(endpoint, "usr_1", course_id))
    first, *rest = ROUND_TRIPS[step]
    # what follows a place in the line, its length and who is behind, is asked at once
    assert (wire.calls[0], sorted(wire.calls[1:])) == (first, sorted(rest))


def test_listing_takes_two_round_trips_whatever_its_length(
    wire: Wire, table_name: str, store: EnrollmentRepository, courses: Courses, table: Table
) -> None:
    clock = FakeClock()
    service = EnrollmentService(store, clock)
    ada = People(AccountRepository(table), fake_tokens()).add()
    for number in range(12):
        clock.advance(1)
        service.enroll(ada.user_id, courses.add(1, title=f"Course {number}"))
    wired = OwnEnrollmentService(OwnEnrollmentRepository(Table(wire.client, table_name)), clock)
    page = wired.page(ada.principal, EnrollmentStatus.ACTIVE, PageRequest(1, 100))
    titles = [listing.course.title for listing in page.entries if listing.course]
    assert titles == [f"Course {number}" for number in reversed(range(12))]
    assert wire.calls == [QUERY, READ]


def test_places_in_line_are_counted_at_once_and_only_those_of_the_page(
    wire: Wire, table_name: str, store: EnrollmentRepository, courses: Courses, table: Table
) -> None:
    people = People(AccountRepository(table), fake_tokens())
    ada, others = people.add(), [people.add() for _ in range(3)]
    clock = FakeClock()
    service = EnrollmentService(store, clock)
    for number in range(3):
        course_id = courses.add(0)
        for one in [*others[:number], ada, others[2]]:
            clock.advance(1)
            service.join_waitlist(one.user_id, course_id)
    wired = OwnEnrollmentService(OwnEnrollmentRepository(Table(wire.client, table_name)), clock)
    page = wired.page(ada.principal, None, PageRequest(1, 2))
    assert [listing.position for listing in page.entries] == [3, 2]
    # the ends of the sessions that are waited for, the courses of the page, and for each line seats and those behind
    assert sorted(wire.calls) == sorted([QUERY, READ, READ, *[READ, QUERY] * 2])
