"""A job is killed between any two calls and resumes where it stopped: nothing is left out, no chunk is begun again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.enrollments import Slot
from peerlearn.domain.events import Event, EventType
from peerlearn.domain.jobs import JobKind, job_id_of
from peerlearn.domain.realtime import Connection
from peerlearn.domain.tasks import Posting, Work
from peerlearn.domain.users import Role
from peerlearn.events.announcements import announcement
from peerlearn.persistence import keys, system_keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.items.realtime import connection_item
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from peerlearn.services.enrollments import EnrollmentService
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.fakes.push import FakePush
from tests.support.courses import Courses
from tests.support.mortal import Mortal
from tests.support.people import People
from tests.support.workers import Workers

LEARNERS = [f"usr_{number}" for number in range(7)]
NOON = (utc_now() + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)


def at(hours: int) -> tuple[datetime, datetime]:
    return NOON + timedelta(hours=hours), NOON + timedelta(hours=hours + 1)


@pytest.fixture
def session(courses: Courses, enrollments: EnrollmentService) -> str:
    """A session of seven learners, for which two more wait."""
    course_id = courses.add(len(LEARNERS), slot=at(0))
    for learner in LEARNERS:
        enrollments.enroll(learner, course_id)
    for learner in ("usr_8", "usr_9"):
        enrollments.join_waitlist(learner, course_id)
    return course_id


def read_from(mortal: Mortal, index: str | None, value: str) -> list[str]:
    """Where each reading of a page began."""
    found = []
    for name, request in mortal.calls:
        if name == "query" and request.get("IndexName") == index:
            values: dict[str, Any] = request["ExpressionAttributeValues"] | request.get("ExclusiveStartKey", {})
            found.append(values.get(value, {}).get("S", ""))
    return found


def test_moved_session_is_moved_in_every_schedule(
    doomed: Callable[[Work], None], workers: Workers, mortal: Mortal, courses: Courses, table: Table, session: str
) -> None:
    courses.set_seats(replace(courses.seats(session), starts_at=at(3)[0], ends_at=at(3)[1]))
    workers[Work.JOB].send({"job": JobKind.RESCHEDULE.value, "subject": session, "recordId": "record-1"})
    doomed(Work.JOB)
    assert {learner: courses.booked(learner)[session] for learner in LEARNERS} == dict.fromkeys(
        LEARNERS, Slot(session, *at(3))
    )
    assert mortal.deaths > 25
    # the roster, of those too who wait, is read on from the place of the last chunk, never again from one before it
    places = read_from(mortal, "GSI1", ":place")
    assert len(set(places)) == 5
    assert places == sorted(places)
    cursor = table.get(system_keys.job(job_id_of(JobKind.RESCHEDULE, session, "record-1")))
    assert cursor is not None
    assert (cursor["done"], cursor["counted"], cursor["version"]) == (True, 7, 5)


def test_new_name_is_carried_on_to_every_course(
    doomed: Callable[[Work], None], workers: Workers, mortal: Mortal, courses: Courses, table: Table
) -> None:
    accounts = AccountRepository(table)
    with_keys = FakeKeyRing()
    tutor = People(accounts, fake_tokens(with_keys)).add(Role.TUTOR)
    made = [courses.add(tutor_id=tutor.user_id) for _ in range(5)]
    for course_id in made:
        table.write(put({**keys.teaching(tutor.user_id, course_id).as_item(), "entity": "Teaching"}))
    accounts.change_profile(tutor.user, str(uuid4()), name="Grace")
    workers[Work.JOB].send({"job": JobKind.RENAME.value, "subject": tutor.user_id, "recordId": "record-1"})
    doomed(Work.JOB)
    items = [table.get(keys.course(course_id)) or {} for course_id in made]
    assert {item["tutorName"] for item in items} == {"Grace"}
    assert len({item["version"] for item in items}) == 1
    assert mortal.deaths > 15
    places = read_from(mortal, None, "SK")
    assert len(set(places)) == 3
    assert places == sorted(places)


def test_everybody_of_a_course_is_told(
    doomed: Callable[[Work], None],
    workers: Workers,
    mortal: Mortal,
    push: FakePush,
    table: Table,
    session: str,
) -> None:
    everybody = [*LEARNERS, "usr_8", "usr_9"]
    for learner in everybody:
        table.write(put(connection_item(Connection(learner, f"{learner}=", "sid_1", utc_now() - timedelta(minutes=1)))))
    event = Event(EventType.SESSION_UPDATED, "evt_1", (), {"courseId": session}, utc_now(), session)
    workers[Work.ANNOUNCEMENT].send(announcement(event).posting.task)
    doomed(Work.ANNOUNCEMENT)
    assert set(push.posted) == {f"{learner}=" for learner in everybody}
    assert {one["eventId"] for told in push.posted.values() for one in told} == {"evt_1"}
    assert mortal.deaths > 35
    places = read_from(mortal, "GSI1", ":place")
    assert len(set(places)) == 5
    assert places == sorted(places)


def test_job_that_was_done_is_not_done_again_by_a_task_that_comes_once_more(
    doomed: Callable[[Work], None], workers: Workers, mortal: Mortal, courses: Courses, session: str
) -> None:
    task = {"job": JobKind.RESCHEDULE.value, "subject": session, "recordId": "record-1"}
    courses.set_seats(replace(courses.seats(session), starts_at=at(3)[0], ends_at=at(3)[1]))
    for _ in range(3):
        workers[Work.JOB].send(task)
    doomed(Work.JOB)
    mortal.calls.clear()
    workers[Work.JOB].send(task)
    doomed(Work.JOB)
    assert [name for name, _ in mortal.calls] == ["get_item"]


def test_seats_of_a_course_that_grows_go_to_the_line_once_and_in_its_order(
    doomed: Callable[[Work], None], workers: Workers, mortal: Mortal, courses: Courses, enrollments: EnrollmentService
) -> None:
    course_id = courses.add(1)
    enrollments.enroll("usr_seat", course_id)
    line = [f"usr_line_{9 - number}" for number in range(7)]
    for learner in line:
        enrollments.join_waitlist(learner, course_id)
    courses.set_seats(replace(courses.seats(course_id), capacity=6))
    queue = workers[Work.PROMOTION]
    task = {"courseId": course_id, "recordId": "record-1"}
    queue.send_all([Posting(task, group=course_id, once="record-1")])
    doomed(Work.PROMOTION)
    active = {item["learnerId"] for item in courses.roster(course_id) if item["status"] == "active"}
    assert active == {"usr_seat", *line[:5]}
    assert courses.waiting(course_id) == line[5:]
    courses.check(course_id)
    assert mortal.deaths > 10
