"""News: what somebody was told of while they were away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import notify
from peerlearn.bootstrap.news import news_service
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.persistence.items.news import entry_key
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import update
from tests.fakes.push import FakePush
from tests.functional.conftest import TABLE
from tests.support.api import Answer, Context
from tests.support.news import promotion
from tests.support.people import People, Person
from tests.support.streams import Stream

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]


@pytest.fixture
def told(learner: Person) -> Callable[[int], None]:
    """Tell the learner of so many promotions."""

    def told_(count: int) -> None:
        for number in range(count):
            news_service().keep(learner.user_id, promotion(number))

    return told_


def news(call: Call, person: Person, **query: str) -> dict[str, Any]:
    answer = call("list_news", token=person.token, query=query)
    assert answer.status == 200, answer
    return answer.body


def test_news_are_numbered_without_gaps_and_newest_first(
    call: Call, learner: Person, people: People, told: Callable[[int], None]
) -> None:
    told(3)
    body = news(call, learner)
    assert [entry["number"] for entry in body["data"]["news"]] == [3, 2, 1]
    assert body["metadata"] == {"limit": 10, "unseen": 3}
    first = body["data"]["news"][-1]
    event = promotion(0)
    assert first == {
        "number": 1,
        "eventId": event.event_id,
        "type": "enrollment.promoted",
        "data": {"courseId": "crs_0", "status": "active"},
        "occurredAt": first["occurredAt"],
        "seen": False,
    }
    assert news(call, people.add()) == {
        "status": "success",
        "data": {"news": []},
        "metadata": {"limit": 10, "unseen": 0},
    }


def test_event_that_comes_again_gives_no_second_entry(call: Call, learner: Person, told: Callable[[int], None]) -> None:
    told(2)
    told(3)
    assert [entry["data"]["courseId"] for entry in news(call, learner)["data"]["news"]] == ["crs_2", "crs_1", "crs_0"]


def test_news_are_walked_by_cursor_and_from_a_number_on(
    call: Call, learner: Person, told: Callable[[int], None]
) -> None:
    told(5)
    walked: list[int] = []
    query = {"limit": "2"}
    while True:
        body = news(call, learner, **query)
        walked += [entry["number"] for entry in body["data"]["news"]]
        assert body["metadata"]["unseen"] == 5
        if "next" not in body["metadata"]:
            break
        query["cursor"] = body["metadata"]["next"]
    assert walked == [5, 4, 3, 2, 1]
    assert [entry["number"] for entry in news(call, learner, after="3")["data"]["news"]] == [5, 4]
    assert news(call, learner, after="9")["data"]["news"] == []
    refused = call("list_news", token=learner.token, query={"after": "1", "cursor": query["cursor"]})
    assert (refused.status, refused.body["details"]["fields"][0]["rule"]) == (422, "not_a_cursor")


def test_news_are_seen_up_to_a_number_and_never_less(call: Call, learner: Person, told: Callable[[int], None]) -> None:
    told(3)
    for up_to, seen, unseen in ((2, 2, 1), (1, 2, 1), (0, 2, 1), (3, 3, 0)):
        answer = call("mark_news_seen", token=learner.token, body={"seenUpTo": up_to})
        assert (answer.status, answer.body["data"]) == (200, {"news": {"seenUpTo": seen, "unseen": unseen}})
        assert [one["seen"] for one in news(call, learner)["data"]["news"]] == [n <= seen for n in (3, 2, 1)]
        assert news(call, learner)["metadata"]["unseen"] == unseen


@pytest.mark.parametrize(
    ("body", "rule", "limit"),
    [
        ({"seenUpTo": 4}, "too_large", 3),
        ({"seenUpTo": -1}, "too_small", 0),
        ({"seenUpTo": "1"}, "not_whole_number", None),
        ({}, "required", None),
    ],
)
def test_wrong_mark_changes_nothing(
    call: Call, learner: Person, told: Callable[[int], None], body: dict[str, Any], rule: str, limit: int | None
) -> None:
    told(3)
    answer = call("mark_news_seen", token=learner.token, body=body)
    (problem,) = answer.body["details"]["fields"]
    assert (answer.status, problem["rule"], problem.get("limit")) == (422, rule, limit)
    assert news(call, learner)["metadata"]["unseen"] == 3


def test_news_of_sixty_days_ago_are_neither_listed_nor_counted(
    call: Call, learner: Person, table: Table, told: Callable[[int], None]
) -> None:
    told(4)
    # expired, one of them deleted by DynamoDB already
    past = to_rfc3339(utc_now() - timedelta(seconds=1))
    for number in (1, 2):
        expiring = update(entry_key(learner.user_id, number), "SET expiresAt = :past", values={":past": past})
        table.write(expiring)
    table.batch_delete([entry_key(learner.user_id, 1)])
    body = news(call, learner)
    assert [entry["number"] for entry in body["data"]["news"]] == [4, 3]
    assert body["metadata"]["unseen"] == 2
    told(5)
    assert [entry["number"] for entry in news(call, learner)["data"]["news"]] == [5, 4, 3]


def test_grade_is_news_and_points_for_ones_own_deeds_are_not(
    call: Call, tutor: Person, learner: Person, aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Stream(aws, TABLE)
    monkeypatch.setattr("peerlearn.bootstrap.realtime.connection_push", FakePush)
    course = call("create_course", token=tutor.token, body=COURSE).body["data"]["course"]
    path = {"courseId": course["courseId"]}
    new = {"title": "Mates", "instructions": "", "maxGrade": 10}
    task = call("create_assessment", token=tutor.token, path=path, body=new).body["data"]["assessment"]["assessmentId"]
    call("enroll", token=learner.token, path=path, body=None)
    module = {"moduleId": course["modules"][0]["moduleId"]}
    call("complete_module", token=learner.token, path=path, body=module)
    call("submit", token=learner.token, path={"assessmentId": task}, body={"submissionUrl": "https://github.com/a/b"})
    at = {"assessmentId": task, "learnerId": learner.user_id}
    call("grade", token=tutor.token, path=at, body={"grade": 9.5})
    records = stream.records()
    for _ in range(2):
        notify.lambda_handler({"Records": records}, cast("LambdaContext", Context()))
    told = [(entry["number"], entry["type"]) for entry in news(call, learner)["data"]["news"]]
    assert sorted(kind for _, kind in told) == ["course.completed", "points.awarded", "submission.graded"]
    assert [number for number, _ in told] == [3, 2, 1]
    graded = next(one for one in news(call, learner)["data"]["news"] if one["type"] == "submission.graded")
    assert (graded["data"]["grade"], graded["data"]["assessmentId"]) == (9.5, task)
    assert news(call, tutor)["data"]["news"] == []


COURSE = {
    "title": "Chess endgames",
    "description": "",
    "subject": "Games",
    "level": "beginner",
    "kind": "course",
    "capacity": None,
    "modules": [{"title": "Rooks", "minutes": 10}],
    "status": "published",
}
