"""The consumer that brings the catalogue in line with courses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.streams.follow_up import lambda_handler
from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.core import table
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.errors import TemporarilyUnavailable
from tests.support.api import Answer, Context, event_of
from tests.support.courses import Courses
from tests.support.event_source import RetryQueue

Call = Callable[..., Answer]


def deliver(course_ids: list[str]) -> Any:
    record = event_of("follow_up")["Records"][2]
    records = []
    for number, course_id in enumerate(course_ids):
        change = record["dynamodb"]
        images = {name: change[name] | {"courseId": {"S": course_id}} for name in ("NewImage", "OldImage")}
        records.append({**record, "dynamodb": {**change, **images, "SequenceNumber": str(number)}})
    return lambda_handler({"Records": records}, Context())  # type: ignore[arg-type]


def total(call: Call) -> int:
    count: int = call("list_courses", query={}).body["metadata"]["total"]
    return count


def test_course_left_unlisted_is_listed_once_however_often_delivered(call: Call) -> None:
    course_id = Courses(table()).add()
    assert total(call) == 0
    assert deliver([course_id, course_id]) == {"batchItemFailures": []}
    assert deliver([course_id]) == {"batchItemFailures": []}
    assert total(call) == 1


def test_course_is_indexed_as_it_is_and_not_as_the_record_saw_it(call: Call) -> None:
    assert deliver([Courses(table()).add(status=CourseStatus.CLOSED), "crs_gone"]) == {"batchItemFailures": []}
    assert total(call) == 0


def test_failure_of_one_comes_again_and_the_others_go_on(
    call: Call, retries: RetryQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (Courses(table()).add() for _ in range(3))
    indexer = catalogue_indexer()
    sync = indexer.sync

    def failing(course_id: str) -> None:
        if course_id == second:
            raise TemporarilyUnavailable
        sync(course_id)

    monkeypatch.setattr(indexer, "sync", failing)
    assert deliver([first, second, third]) == {"batchItemFailures": []}
    (message,) = retries.messages
    assert json.loads(message.body)["record"]["dynamodb"]["SequenceNumber"] == "1"
    assert total(call) == 2
