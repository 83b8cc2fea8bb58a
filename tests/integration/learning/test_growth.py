"""Lists that stay cheap however much there is, and the stream's own records decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.ids import new_id
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.points import Totals, module_award
from peerlearn.domain.users import Principal, Role, User
from peerlearn.events.changes import change_of
from peerlearn.events.learning import decode
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.accounts import profile_item
from peerlearn.persistence.items.enrollments import enrollment_fields
from peerlearn.persistence.ledger import LedgerRepository, posting
from peerlearn.persistence.table import Item, Table
from peerlearn.persistence.writes import put
from tests.integration.enrollments.conftest import stream_records  # noqa: F401 (a fixture)
from tests.integration.learning.conftest import ADA, TUTOR, School
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.wire import Wire

ADMIN = Principal("usr_admin", Role.ADMIN, "sid_1")


def member(course: str, number: int, points: int, status: str = "active") -> Item:
    learner = f"usr_{number:05d}"
    item: Item = {
        **keys.enrollment(learner, course).as_item(),
        **enrollment_fields(learner, course, utc_now()),
        "status": status,
        "updatedAt": "2026-01-01T10:00:00.000Z",
        "completedModules": {},
        "points": points,
    }
    if points:
        item |= {
            "GSI2PK": index_keys.leaderboard_partition(course),
            "GSI2SK": index_keys.leaderboard_sort(points, learner),
        }
    return item


def add_members(table: Table, items: list[Item]) -> None:
    for start in range(0, len(items), 50):
        writes = []
        for item in items[start : start + 50]:
            user = User(item["learnerId"], f"Name {item['learnerId']}", "a@b.example", Role.LEARNER, (), (), utc_now())
            writes += [put(item), put(profile_item(user))]
        table.transact(writes, new_id("t"))


def test_a_leaderboard_is_the_first_hundred_and_costs_the_same_however_many_there_are(
    wired: School, wire: Wire, table: Table, courses: Courses
) -> None:
    course = courses.add(None)
    add_members(table, [member(course, n, points=n % 90 + 1) for n in range(150)])
    leaders = wired.leaderboard.first(ADMIN, course).rows
    assert len(leaders) == 100
    assert [one.points for one in leaders] == sorted((n % 90 + 1 for n in range(150)), reverse=True)[:100]
    assert [one.rank for one in leaders[:3]] == [1, 2, 3]
    # 60 of the 90 scores are held by two members: equal points, equal rank
    ranks = {one.points: one.rank for one in leaders}
    assert all(ranks[one.points] == one.rank for one in leaders)
    small = list(wire.calls)
    add_members(table, [member(course, n, points=n % 90 + 1) for n in range(1000, 1600)])
    wire.forget()
    assert len(wired.leaderboard.first(ADMIN, course).rows) == 100
    assert wire.calls == small


def test_those_without_points_fill_up_and_those_who_left_do_not(school: School, table: Table, courses: Courses) -> None:
    course = courses.add(None)
    add_members(table, [member(course, n, points=0) for n in range(70)])
    add_members(table, [member(course, n, points=50, status="dropped") for n in range(100, 230)])
    add_members(table, [member(course, n, points=5) for n in range(300, 340)])
    leaders = school.leaderboard.first(ADMIN, course).rows
    assert [(one.rank, one.points) for one in leaders] == [(1, 5)] * 40 + [(41, 0)] * 60


def test_any_page_of_a_long_ledger_is_two_round_trips_and_the_pages_are_all_of_it(
    wired: School, wire: Wire, courses: Courses, learning: Learning
) -> None:
    for _ in range(6):
        course = courses.add()
        learning.enroll(ADA.user_id, course)
        for module in ("mod_1", "mod_2"):
            wired.progress.complete(ADA, course, module)
    walked: list[int] = []
    wanted = PageRequest(limit=5)
    while True:
        wire.forget()
        page = wired.points.entries(ADA, wanted)
        assert wire.calls == ["GetItem", "Query"]
        assert page.total == 18
        by_number = wired.points.entries(ADA, PageRequest(number=wanted.number, limit=5))
        assert list(by_number.entries) == list(page.entries)
        walked += [entry.number for entry in page.entries]
        if page.next is None:
            break
        wanted = PageRequest(wanted.number + 1, 5, page.next)
    assert walked == list(range(18, 0, -1))
    assert wired.points.entries(ADA, PageRequest(number=9)).entries == []


def test_walking_attempts_by_cursor_reads_only_the_page(
    wired: School, wire: Wire, courses: Courses, learning: Learning
) -> None:
    course = courses.add()
    learning.enroll(ADA.user_id, course)
    assessment = learning.add_assessment(course)
    for number in range(7):
        wired.submit(ADA, assessment, f"work-{number}")
    wanted = PageRequest(limit=3)
    walked: list[int] = []
    while wanted.after is not None or wanted.number == 1:
        wire.forget()
        page = wired.assessments.all_of(TUTOR, assessment, wanted)
        assert [body["Limit"] for body in wire.bodies if "Limit" in body] == [4]
        walked += [one.attempt for one in page.entries]
        wanted = PageRequest(wanted.number + 1, 3, page.next)
    assert walked == list(range(7, 0, -1))


def test_own_attempts_are_walked_by_cursor_and_by_number_in_one_reading_each(
    wired: School, wire: Wire, courses: Courses, learning: Learning
) -> None:
    course = courses.add()
    learning.enroll(ADA.user_id, course)
    assessments = [learning.add_assessment(course) for _ in range(2)]
    for number in range(7):
        wired.submit(ADA, assessments[number % 2], f"work-{number}")
    wired.grade(assessments[0], ADA.user_id, 3)
    wired.grade(assessments[0], ADA.user_id, 5)
    wanted = PageRequest(limit=3)
    walked: list[str] = []
    while wanted.after is not None or wanted.number == 1:
        wire.forget()
        page = wired.assessments.mine(ADA, wanted)
        assert wire.calls == ["Query"]
        assert page.total == 7
        by_number = wired.assessments.mine(ADA, PageRequest(number=wanted.number, limit=3))
        assert list(by_number.entries) == list(page.entries)
        walked += [one.submission_url for one in page.entries]
        wanted = PageRequest(wanted.number + 1, 3, page.next)
    assert [url.rpartition("work-")[2] for url in walked] == [str(number) for number in range(6, -1, -1)]


def test_the_streams_own_records_tell_everything_once(
    school: School,
    courses: Courses,
    learning: Learning,
    stream_records: Callable[[], list[dict[str, Any]]],  # noqa: F811 (the fixture)
) -> None:
    course = courses.add()
    learning.enroll(ADA.user_id, course)
    assessment = learning.add_assessment(course)
    school.progress.complete(ADA, course, "mod_1")
    school.progress.complete(ADA, course, "mod_1")
    school.progress.complete(ADA, course, "mod_2")
    school.submit(ADA, assessment, "first")
    school.submit(ADA, assessment, "second")
    school.submit(ADA, assessment, "second")
    school.grade(assessment, ADA.user_id, 10)
    school.grade(assessment, ADA.user_id, 3)
    events = [event for record in stream_records() for event in decode(change_of(record))]
    told = sorted(
        (event.type.value, event.data.get("points", event.data.get("grade"))) for event in events if event.receivers
    )
    assert told == [
        ("course.completed", 120),
        ("points.awarded", -30),
        ("points.awarded", 10),
        ("points.awarded", 10),
        ("points.awarded", 20),
        ("points.awarded", 30),
        ("points.awarded", 100),
        ("submission.graded", 3),
        ("submission.graded", 10),
    ]
    untold = sorted(event.type.value for event in events if not event.receivers)
    assert untold == ["module.completed", "module.completed", "submission.received", "submission.received"]
    assert len({event.event_id for event in events}) == len(events)
    assert {receiver for event in events for receiver in event.receivers} == {ADA.user_id}


def test_page_of_a_ledger_whose_index_lags_is_its_page_and_no_more(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    totals = Totals("usr_1")
    awards = [module_award("crs_1", f"mod_{number}", 5) for number in range(5)]
    after, entries = totals.awarded(awards, utc_now())
    for write in posting(totals, after, entries, str(uuid4())):
        table.write(write)
    query = table.query
    monkeypatch.setattr(table, "query", lambda *args, **options: [] if "index" in options else query(*args, **options))
    page = LedgerRepository(table).entries("usr_1", PageRequest(2, limit=2))
    assert [entry.number for entry in page.entries] == [3, 2]
    assert page.total == 5
