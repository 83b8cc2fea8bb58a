"""The learners of a tutor's course."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from peerlearn.bootstrap.core import table
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.enrollments import enrollment_id
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.courses import seats_item, seats_of
from peerlearn.persistence.writes import put
from tests.support.api import Answer
from tests.support.people import People, Person

Call = Callable[..., Answer]
Make = Callable[..., dict[str, Any]]

STATUSES = ["active", "completed", "active", "dropped", "waitlisted", "active", "completed"]


@pytest.fixture
def course_id(make: Make, people: People) -> str:
    """A course with learners of every status, in that order."""
    course_id: str = make()["courseId"]
    for number, status in enumerate(STATUSES):
        learner = people.add(name=f"Learner {number}")
        at = to_rfc3339(utc_now() + timedelta(seconds=number))
        table().write(
            put(
                {
                    **keys.enrollment(learner.user_id, course_id).as_item(),
                    "entity": "Enrollment",
                    "learnerId": learner.user_id,
                    "courseId": course_id,
                    "status": status,
                    "enrolledAt": at,
                    "updatedAt": at,
                    "GSI1PK": index_keys.roster_partition(course_id),
                    "GSI1SK": f"{at}#{learner.user_id}",
                }
            )
        )
    seats = seats_of(table().get(keys.seats(course_id)) or {})
    counted = replace(seats, taken=5, completed=2, dropped=1, waitlist_length=1)
    table().write(put(seats_item(counted)))
    return course_id


def test_everybody_in_the_order_they_came(call: Call, tutor: Person, course_id: str) -> None:
    answer = call("list_roster", token=tutor.token, path={"courseId": course_id}, query={})
    entries = answer.body["data"]["enrollments"]
    assert [entry["status"] for entry in entries] == STATUSES
    assert [entry["learner"]["name"] for entry in entries] == [f"Learner {number}" for number in range(7)]
    assert answer.body["metadata"] == {"page": 1, "limit": 10, "total": 7}
    first = entries[0]
    assert set(first) == {
        *("enrollmentId", "learnerId", "learner", "courseId", "status", "enrolledAt", "updatedAt"),
        *("completedModules", "totalModules", "points", "lastAccessed", "submitted", "missing"),
    }
    assert first["learner"]["userId"] == first["learnerId"]
    assert first["enrollmentId"] == enrollment_id(first["learnerId"], course_id)
    assert "@" not in str(answer.body)


@pytest.mark.parametrize(
    ("status", "total"), [("active", 3), ("completed", 2), ("dropped", 1), ("waitlisted", 1), ("", 7)]
)
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_pages_and_cursors(call: Call, tutor: Person, course_id: str, status: str, total: int, limit: int) -> None:
    query = {"status": status, "limit": str(limit)}
    by_page: list[str] = []
    for page in range(1, 9):
        answer = call(
            "list_roster", token=tutor.token, path={"courseId": course_id}, query={**query, "page": str(page)}
        )
        assert answer.body["metadata"]["total"] == total
        by_page += [entry["learnerId"] for entry in answer.body["data"]["enrollments"]]
        assert all(not status or entry["status"] == status for entry in answer.body["data"]["enrollments"])
    by_cursor: list[str] = []
    walk = query
    while True:
        answer = call("list_roster", token=tutor.token, path={"courseId": course_id}, query=walk)
        by_cursor += [entry["learnerId"] for entry in answer.body["data"]["enrollments"]]
        if "next" not in answer.body["metadata"]:
            break
        walk = {**query, "cursor": answer.body["metadata"]["next"]}
    assert by_page == by_cursor
    assert len(set(by_cursor)) == len(by_cursor) == total


@pytest.fixture
def progressed(call: Call, make: Make, tutor: Person, people: People) -> tuple[str, dict[str, Person]]:
    """Zoe has done one of two modules and handed in one of two assessments, Ada both modules, Eve nothing yet."""
    course = make(modules=[{"title": "One", "minutes": 5}, {"title": "Two", "minutes": 5}])
    path = {"courseId": course["courseId"]}
    modules = [{"moduleId": one["moduleId"]} for one in course["modules"]]
    task = {"title": "Mates", "instructions": "", "maxGrade": 10}
    tasks = [call("create_assessment", token=tutor.token, path=path, body=task).body["data"] for _ in range(2)]
    named = {name: people.add(name=name) for name in ("Zoe Łodz", "Ada Maria Lovelace", "Eve")}
    for person in named.values():
        call("enroll", token=person.token, path=path, body=None)
    zoe, ada, _ = named.values()
    for person, done in ((zoe, modules[:1]), (ada, modules)):
        for module in done:
            assert call("complete_module", token=person.token, path=path, body=module).status == 200
    at = {"assessmentId": tasks[0]["assessment"]["assessmentId"]}
    for url in ("https://github.com/zoe/1", "https://github.com/zoe/2"):
        assert call("submit", token=zoe.token, path=at, body={"submissionUrl": url}).status == 201
    return course["courseId"], named


def roster(call: Call, tutor: Person, course_id: str, **query: str) -> list[dict[str, Any]]:
    answer = call("list_roster", token=tutor.token, path={"courseId": course_id}, query=query)
    assert answer.status == 200, answer
    entries: list[dict[str, Any]] = answer.body["data"]["enrollments"]
    assert answer.body["metadata"]["total"] >= len(entries)
    return entries


def test_roster_tells_how_far_each_learner_has_come(
    call: Call, tutor: Person, progressed: tuple[str, dict[str, Person]]
) -> None:
    course_id, _ = progressed
    told = [
        tuple(one[name] for name in ("completedModules", "totalModules", "points", "submitted", "missing"))
        for one in roster(call, tutor, course_id)
    ]
    assert told == [(1, 2, 30, 1, 1), (2, 2, 120, 0, 2), (0, 2, 0, 0, 2)]
    assert [one["lastAccessed"] is None for one in roster(call, tutor, course_id)] == [False, False, True]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"sort": "progress"}, ["Eve", "Zoe", "Ada"]),
        ({"sort": "lastAccessed"}, ["Eve", "Zoe", "Ada"]),
        ({"q": "lov ad"}, ["Ada"]),
        ({"q": "lodz"}, ["Zoe"]),
        ({"q": "ov"}, []),
        ({"q": "e", "sort": "name"}, ["Eve"]),
        ({"q": ""}, ["Zoe", "Ada", "Eve"]),
        ({"q": "###"}, []),
        ({"sort": "progress", "status": "completed"}, ["Ada"]),
    ],
)
def test_roster_is_sorted_and_searched(
    call: Call, tutor: Person, progressed: tuple[str, dict[str, Person]], query: dict[str, str], names: list[str]
) -> None:
    course_id, _ = progressed
    entries = roster(call, tutor, course_id, **query)
    assert [one["learner"]["name"].split()[0] for one in entries] == names
    whole = {one["learnerId"]: one for one in roster(call, tutor, course_id)}
    assert entries == [whole[one["learnerId"]] for one in entries]


def test_roster_is_sorted_by_name(call: Call, tutor: Person, progressed: tuple[str, dict[str, Person]]) -> None:
    course_id, _ = progressed
    entries = roster(call, tutor, course_id, sort="name")
    assert [one["learner"]["name"].split()[0] for one in entries] == ["Ada", "Eve", "Zoe"]
    whole = {one["learnerId"]: one for one in roster(call, tutor, course_id)}
    assert entries == [whole[one["learnerId"]] for one in entries]


def test_roster_of_more_than_a_thousand_is_neither_sorted_nor_searched(
    call: Call, tutor: Person, course_id: str
) -> None:
    seats = seats_of(table().get(keys.seats(course_id)) or {})
    table().write(put(seats_item(replace(seats, taken=1000))))
    for query, field in (({"sort": "name"}, "sort"), ({"q": "ada"}, "q"), ({"sort": "progress", "q": "ada"}, "sort")):
        answer = call("list_roster", token=tutor.token, path={"courseId": course_id}, query=query)
        (problem,) = answer.body["details"]["fields"]
        assert (answer.status, problem["field"], problem["rule"], problem["limit"]) == (
            *(422, field),
            *("past_the_reach", 1000),
        )
    assert len(roster(call, tutor, course_id)) == 7


def test_wrong_order(call: Call, tutor: Person, course_id: str) -> None:
    answer = call("list_roster", token=tutor.token, path={"courseId": course_id}, query={"sort": "age"})
    (problem,) = answer.body["details"]["fields"]
    assert (answer.status, problem["field"], problem["rule"]) == (422, "sort", "not_one_of")


def test_wrong_status(call: Call, tutor: Person, course_id: str) -> None:
    answer = call("list_roster", token=tutor.token, path={"courseId": course_id}, query={"status": "present"})
    assert (answer.status, answer.body["details"]["fields"][0]["field"]) == (422, "status")
