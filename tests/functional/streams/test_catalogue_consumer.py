"""The consumer that brings the catalogue in line with courses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from functions.streams.follow_up import lambda_handler
from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.core import table
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.tasks import Work
from tests.support.api import Answer, Context, event_of
from tests.support.courses import Courses
from tests.support.workers import Workers

Call = Callable[..., Answer]


def deliver(workers: Workers, course_ids: list[str]) -> Any:
    """Return the consumer's answer; the tasks that it has handed on are done."""
    record = event_of("follow_up")["Records"][2]
    records = []
    for number, course_id in enumerate(course_ids):
        change = record["dynamodb"]
        images = {name: change[name] | {"courseId": {"S": course_id}} for name in ("NewImage", "OldImage")}
        records.append({**record, "dynamodb": {**change, **images, "SequenceNumber": str(number)}})
    answer = lambda_handler({"Records": records}, Context())  # type: ignore[arg-type]
    workers.drain(Work.CATALOGUE)
    return answer


def total(call: Call) -> int:
    count: int = call("list_courses", query={}).body["metadata"]["total"]
    return count


def test_course_left_unlisted_is_listed_once_however_often_delivered(call: Call, workers: Workers) -> None:
    course_id = Courses(table()).add()
    assert total(call) == 0
    assert deliver(workers, [course_id, course_id]) == {"batchItemFailures": []}
    assert deliver(workers, [course_id]) == {"batchItemFailures": []}
    assert total(call) == 1


def test_course_is_indexed_as_it_is_and_not_as_the_record_saw_it(call: Call, workers: Workers) -> None:
    closed = Courses(table()).add(status=CourseStatus.CLOSED)
    assert deliver(workers, [closed, "crs_gone"]) == {"batchItemFailures": []}
    assert total(call) == 0


def test_failure_of_one_comes_again_and_the_others_go_on(
    call: Call, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (Courses(table()).add() for _ in range(3))
    indexer = catalogue_indexer()
    sync = indexer.sync

    tries: list[str] = []

    def failing(course_id: str) -> None:
        tries.append(course_id)
        if course_id == second:
            raise TemporarilyUnavailable
        sync(course_id)

    monkeypatch.setattr(indexer, "sync", failing)
    assert deliver(workers, [first, second, third]) == {"batchItemFailures": []}
    assert [task["courseId"] for task in workers.dead] == [second]
    assert sorted(tries) == sorted([first, third, *[second] * 10])
    assert total(call) == 2
