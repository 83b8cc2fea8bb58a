"""The catalogue by time, by title and by free seats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from peerlearn.domain.clock import to_rfc3339, utc_now
from tests.support.api import Answer
from tests.support.people import People, Person

Call = Callable[..., Answer]
Make = Callable[..., dict[str, Any]]

NOON = (utc_now() + timedelta(days=30)).replace(hour=12, minute=0, second=0, microsecond=0)


def titles(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [course["title"] for course in answer.body["data"]["courses"]]


def at(hours: float) -> str:
    return to_rfc3339(NOON + timedelta(hours=hours))


@pytest.fixture
def sessions(make: Make) -> None:
    """Made in another order than they begin or are called; one has no time."""
    for title, hours in (("Ålesund by night", 12), ("Chess", 0), ("chess endings", 36), ("Ballet", 0.001)):
        make(title=title, kind="session", startsAt=at(hours), endsAt=at(hours + 1))
    make(title="Zebras")


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Zebras", "Ballet", "chess endings", "Chess", "Ålesund by night"]),
        ({"sort": "newest"}, ["Zebras", "Ballet", "chess endings", "Chess", "Ålesund by night"]),
        ({"sort": ""}, ["Zebras", "Ballet", "chess endings", "Chess", "Ålesund by night"]),
        ({"sort": "title"}, ["Ålesund by night", "Ballet", "Chess", "chess endings", "Zebras"]),
        ({"sort": "starts"}, ["Chess", "Ballet", "Ålesund by night", "chess endings", "Zebras"]),
        ({"sort": "title", "q": "che"}, ["Chess", "chess endings"]),
        ({"sort": "starts", "q": "e"}, ["chess endings"]),
        ({"startsFrom": at(0), "startsTo": at(12)}, ["Ballet", "Chess", "Ålesund by night"]),
        ({"startsFrom": at(0), "startsTo": at(0)}, ["Chess"]),
        ({"startsFrom": at(0.001)}, ["Ballet", "chess endings", "Ålesund by night"]),
        ({"startsTo": at(0.0009)}, ["Chess"]),
        ({"startsFrom": at(1), "sort": "starts"}, ["Ålesund by night", "chess endings"]),
        ({"startsFrom": at(1), "sort": "title", "q": "chess"}, ["chess endings"]),
        ({"startsFrom": at(100)}, []),
    ],
)
def test_orders_and_times(call: Call, query: dict[str, str], expected: list[str]) -> None:
    answer = call("list_courses", query=query)
    assert titles(answer) == expected
    assert answer.body["metadata"]["total"] == len(expected)


@pytest.mark.usefixtures("sessions")
def test_offset_of_a_time_counts(call: Call) -> None:
    eastern = (NOON + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S+03:00")
    assert titles(call("list_courses", query={"startsFrom": eastern, "startsTo": eastern})) == ["Chess"]


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("query", [{"sort": "title"}, {"sort": "starts"}, {"startsFrom": at(0)}, {"available": "true"}])
def test_pages_and_cursors_agree(call: Call, query: dict[str, str]) -> None:
    everything = titles(call("list_courses", query=query))
    by_page = [
        title for page in "123" for title in titles(call("list_courses", query={**query, "limit": "2", "page": page}))
    ]
    assert by_page == everything
    walk, by_cursor = {**query, "limit": "2"}, []
    while True:
        answer = call("list_courses", query=walk)
        by_cursor += titles(answer)
        assert answer.body["metadata"]["total"] == len(everything)
        if "next" not in answer.body["metadata"]:
            break
        walk = {**walk, "cursor": answer.body["metadata"]["next"]}
    assert by_cursor == everything


def test_available_is_what_can_be_booked(call: Call, make: Make, people: People) -> None:
    full = make(title="Full", capacity=1)
    assert call("enroll", token=people.add().token, path={"courseId": full["courseId"]}, body=None).status == 201
    make(title="No seats", capacity=0)
    make(title="Free", capacity=1)
    make(title="Unlimited", capacity=None)
    past = utc_now() - timedelta(days=1)
    make(title="Over", kind="session", startsAt=to_rfc3339(past), endsAt=to_rfc3339(past + timedelta(hours=1)))
    answer = call("list_courses", query={"available": "true", "sort": "title"})
    assert titles(answer) == ["Free", "Unlimited"]
    assert answer.body["metadata"]["total"] == 2
    assert titles(call("list_courses", query={"available": "true", "q": "ful"})) == []
    assert len(titles(call("list_courses", query={"available": "false"}))) == 5
    assert len(titles(call("list_courses", query={"available": ""}))) == 5


def test_seat_that_somebody_waits_for_is_not_available(call: Call, make: Make, people: People) -> None:
    path = {"courseId": make(title="Full", capacity=1)["courseId"]}
    first, second = people.add(), people.add()
    assert call("enroll", token=first.token, path=path, body=None).status == 201
    assert call("join_waitlist", token=second.token, path=path, body=None).status == 201
    assert call("withdraw", token=first.token, path=path, body=None).status == 204
    assert titles(call("list_courses", query={"available": "true"})) == []


def test_moved_session_is_found_at_its_new_time_alone(call: Call, make: Make, tutor: Person) -> None:
    course_id = make(title="Chess", kind="session", startsAt=at(0), endsAt=at(1))["courseId"]
    moved = {"startsAt": at(24), "endsAt": at(25), "title": "Ballet"}
    assert call("update_course", token=tutor.token, path={"courseId": course_id}, body=moved).status == 200
    assert titles(call("list_courses", query={"startsTo": at(1)})) == []
    assert titles(call("list_courses", query={"startsFrom": at(24), "startsTo": at(24)})) == ["Ballet"]
    assert titles(call("list_courses", query={"sort": "title"})) == ["Ballet"]


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"startsFrom": "2026-01-01"}, "startsFrom", "must be a time with its offset"),
        ({"startsFrom": "2026-01-01T10:00:00"}, "startsFrom", "must be a time with its offset"),
        ({"startsTo": "tomorrow"}, "startsTo", "must be a time with its offset"),
        ({"startsTo": "2026-02-30T10:00:00Z"}, "startsTo", ""),
        ({"startsFrom": "2026-01-02T00:00:00Z", "startsTo": "2026-01-01T00:00:00Z"}, "startsTo", "must not be before"),
        ({"available": "yes"}, "available", ""),
        ({"available": "True"}, "available", ""),
        ({"sort": "price"}, "sort", "newest"),
        ({"sort": "Title"}, "sort", "title"),
    ],
)
def test_question_that_cannot_be_asked_is_told(call: Call, query: dict[str, str], field: str, message: str) -> None:
    answer = call("list_courses", query=query)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [one["field"] for one in answer.body["details"]["fields"]] == [field]
    assert message in answer.body["details"]["fields"][0]["message"]


def test_cursor_of_another_order_is_refused(call: Call, make: Make) -> None:
    make()
    make()
    cursor = call("list_courses", query={"limit": "1", "sort": "title"}).body["metadata"]["next"]
    for query in ({}, {"sort": "starts"}, {"sort": "title", "available": "true"}, {"sort": "title", "startsTo": at(0)}):
        answer = call("list_courses", query={**query, "limit": "1", "cursor": cursor})
        assert [one["field"] for one in answer.body["details"]["fields"]] == ["cursor"]
