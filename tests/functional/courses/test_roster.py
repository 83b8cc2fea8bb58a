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
    assert set(first) == {"enrollmentId", "learnerId", "learner", "courseId", "status", "enrolledAt", "updatedAt"}
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


def test_wrong_status(call: Call, tutor: Person, course_id: str) -> None:
    answer = call("list_roster", token=tutor.token, path={"courseId": course_id}, query={"status": "present"})
    assert (answer.status, answer.body["details"]["fields"][0]["field"]) == (422, "status")
