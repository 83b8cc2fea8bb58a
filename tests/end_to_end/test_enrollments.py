"""Seats over real HTTP: booked, dropped, waited for, and given to the head of the line by way of the real stream."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

import pytest
import requests

from peerlearn.domain.clock import utc_now
from peerlearn.domain.enrollments import Slot
from peerlearn.persistence import keys
from peerlearn.persistence.items.courses import course_item, course_of
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from scripts.local_stack.clients import Clients
from tests.support.courses import Courses

T = TypeVar("T")


@pytest.fixture
def table(stack: dict[str, Any]) -> Table:
    return Table(Clients(stack["endpoint"]).dynamodb(), stack["tableName"])


@pytest.fixture
def courses(table: Table) -> Courses:
    return Courses(table)


class Learner:
    """Somebody who has just registered."""

    def __init__(self, api: str) -> None:
        self._api = api
        account = {"name": "Ada", "email": f"{uuid4().hex}@people.example", "password": "Correct-Horse-1"}
        answer = requests.post(f"{api}/v1/learner/auth/register", json=account, timeout=30).json()
        self.user_id = str(answer["user"]["userId"])
        self._headers = {"Authorization": f"Bearer {answer['token']}"}

    def call(self, method: str, path: str) -> requests.Response:
        return requests.request(method, f"{self._api}{path}", headers=self._headers, timeout=30)


@pytest.fixture
def learners(stack: dict[str, Any]) -> list[Learner]:
    return [Learner(stack["apiUrl"]) for _ in range(3)]


def eventually(look: Callable[[], T], expected: T) -> None:
    """The stream is asynchronous: looks until it sees, for as long as a cold start may take."""
    deadline = time.monotonic() + 60
    while (seen := look()) != expected:
        assert time.monotonic() < deadline, (seen, expected)
        time.sleep(0.2)


def test_a_dropped_seat_reaches_the_head_of_the_line(learners: list[Learner], courses: Courses) -> None:
    first, second, third = learners
    course_id = courses.add(1)
    enroll, waitlist = f"/v1/courses/{course_id}/enroll", f"/v1/courses/{course_id}/waitlist"
    booked = first.call("POST", enroll)
    assert (booked.status_code, booked.json()["data"]["enrollment"]["status"]) == (201, "active")
    full = second.call("POST", enroll)
    assert (full.status_code, full.json()["details"]) == (409, {"reason": "COURSE_FULL", "waitlistLength": 0})
    places = [learner.call("POST", waitlist).json()["data"]["waitlist"]["position"] for learner in (second, third)]
    assert places == [1, 2]
    dropped = first.call("DELETE", enroll)
    assert (dropped.status_code, dropped.text) == (204, "")

    def mine(learner: Learner) -> list[tuple[str, str]]:
        listed = learner.call("GET", "/v1/learner/me/enrollments").json()["data"]["enrollments"]
        return [(one["title"], one["status"]) for one in listed]

    eventually(lambda: mine(second), [("Chess endgames", "active")])
    assert mine(third) == [("Chess endgames", "waitlisted")]
    again = first.call("DELETE", enroll)
    assert (again.status_code, again.json()["code"]) == (403, "NOT_ENROLLED")
    assert third.call("DELETE", waitlist).status_code == 204
    courses.check(course_id)


def test_a_moved_session_moves_in_the_schedule(learners: list[Learner], courses: Courses, table: Table) -> None:
    begins = (utc_now() + timedelta(days=1)).replace(microsecond=0)
    session = courses.add(2, slot=(begins, begins + timedelta(hours=1)))
    learner = learners[0]
    assert learner.call("POST", f"/v1/courses/{session}/enroll").status_code == 201
    moved = Slot(session, begins + timedelta(days=1), begins + timedelta(days=1, hours=1))
    item = table.get(keys.course(session))
    assert item is not None
    courses.set_seats(replace(courses.seats(session), starts_at=moved.starts_at, ends_at=moved.ends_at))
    table.write(put(course_item(replace(course_of(item), starts_at=moved.starts_at, ends_at=moved.ends_at))))
    eventually(lambda: courses.booked(learner.user_id), {session: moved})


def test_the_last_seats_over_http(learners: list[Learner], courses: Courses) -> None:
    """Few at once: every call that runs at the same time is a process of its own here."""
    course_id = courses.add(2)
    with ThreadPoolExecutor(3) as pool:
        answers = pool.map(lambda one: one.call("POST", f"/v1/courses/{course_id}/enroll").status_code, learners * 2)
    assert sorted(answers) == [201, 201, 409, 409, 409, 409]
    courses.check(course_id)
