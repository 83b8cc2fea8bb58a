"""A failure in a batch of the stream, or of a queue, comes again alone: nothing waits for it or is done twice."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import follow_up, notify
from functions.workers import promote
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.tasks import Work
from tests.fakes.push import FakePush
from tests.functional.streams.test_enrollment_consumers import seats_record
from tests.functional.streams.test_notify import message_record
from tests.support.api import Context
from tests.support.event_source import EventSource, RetryQueue
from tests.support.workers import Workers


@pytest.fixture
def telling(retries: RetryQueue) -> EventSource:
    return EventSource("NotifyFunction", notify.lambda_handler, retries)


@pytest.fixture
def following(retries: RetryQueue) -> EventSource:
    return EventSource("FollowUpFunction", follow_up.lambda_handler, retries)


def event_ids(push: FakePush) -> list[str]:
    return [event["eventId"] for event in push.posted["device="]]


def test_message_that_cannot_be_read_has_the_others_posted_once(push: FakePush, telling: EventSource) -> None:
    records = [message_record(number) for number in range(1, 11)]
    del records[2]["dynamodb"]["NewImage"]["senderId"]
    telling.deliver(records)
    assert (telling.calls, telling.letters) == (1, [])
    telling.drain()
    assert set(push.posts.values()) == {1}
    assert len(push.posts) == 9
    # ends where somebody looks, by itself, with the function that it is for
    (letter,) = telling.dead
    assert json.loads(letter)["record"] == records[2]
    assert json.loads(letter)["functionArn"].endswith(":function:function")


def test_push_that_fails_comes_again_and_what_was_told_before_does_not(
    push: FakePush,
    telling: EventSource,
) -> None:
    first = message_record(1)
    telling.deliver([first])
    (told,) = event_ids(push)
    push.broken = {"device="}
    telling.deliver([message_record(number) for number in (2, 3)])
    push.broken = set()
    telling.drain()
    assert Counter(event_ids(push)).most_common(1) == [(told, 1)]
    assert len(push.posted["device="]) == 3
    assert telling.dead == []


def test_tries_are_further_and_further_apart(
    push: FakePush,
    telling: EventSource,
    retries: RetryQueue,
) -> None:
    push.broken = {"device="}
    telling.deliver([message_record(1)])
    (message,) = retries.messages
    telling.drain()
    assert message.postponed == [8, 16, 32, 64, 128]
    assert len(telling.dead) == 1
    assert set(push.posts.values()) == {6}


class Promotions:
    """Promotes in every course but those named, and keeps which it was asked for."""

    def __init__(self, *failing: str) -> None:
        self.failing = set(failing)
        self.asked: Counter[str] = Counter()

    def promote_some(self, course_id: str) -> tuple[list[str], bool]:
        self.asked[course_id] += 1
        if course_id in self.failing:
            raise TemporarilyUnavailable
        return [], True


def courses(number: int) -> list[dict[str, Any]]:
    return [seats_record(f"crs_{one}", one) for one in range(number)]


def test_records_behind_a_failure_are_handled_once(
    following: EventSource, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Promotions("crs_57")
    monkeypatch.setattr(promote, "promotion_service", lambda: service)
    following.deliver(courses(100))
    assert (following.calls, sum(service.asked.values())) == (1, 0)
    queue = workers[Work.PROMOTION]
    while queue.hand_over() and len(queue.waiting) > 1:
        pass
    service.failing.clear()
    workers.drain()
    assert service.asked.keys() == {f"crs_{one}" for one in range(100)}
    assert {asked for course_id, asked in service.asked.items() if course_id != "crs_57"} == {1}
    assert (following.letters, following.dead, workers.dead) == ([], [], [])


def test_tries_of_a_task_are_further_and_further_apart(
    following: EventSource, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promote, "promotion_service", lambda: Promotions("crs_0"))
    following.deliver(courses(1))
    (task,) = workers[Work.PROMOTION].waiting
    workers.drain()
    assert task.postponed == [8, 16, 32, 64, 128, 256, 512, 600, 600, 600]
    assert [one["courseId"] for one in workers.dead] == ["crs_0"]


def test_record_that_comes_again_is_promoted_for_once(
    following: EventSource, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue leaves out what it was sent before; another change of the same course is another record."""
    service = Promotions()
    monkeypatch.setattr(promote, "promotion_service", lambda: service)
    for records in (courses(2), courses(2), [seats_record("crs_0", 7)]):
        following.deliver(records)
    workers.drain()
    assert service.asked == Counter({"crs_0": 2, "crs_1": 1})


def test_record_that_cannot_be_put_aside_is_reported_alone(
    following: EventSource, retries: RetryQueue, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records behind it come again with it, and are handled once: the queue knows it."""
    service = Promotions()
    monkeypatch.setattr(promote, "promotion_service", lambda: service)
    workers[Work.PROMOTION].refuses = lambda task: task["courseId"] in ("crs_2", "crs_4")
    retries.is_broken = True
    handler = follow_up.lambda_handler

    def mended(event: Any, context: Any) -> Any:
        answer = handler(event, context)
        retries.is_broken = following.calls < 3
        return answer

    following._handler = mended
    following.deliver(courses(6))
    assert following.calls == 4
    assert following.letters == []
    workers[Work.PROMOTION].refuses = lambda _: False
    following.drain()
    workers.drain()
    assert service.asked == Counter({f"crs_{one}": 1 for one in range(6)})
    assert following.dead == []


def test_push_is_reported_once_where_nothing_can_be_put_aside(push: FakePush, retries: RetryQueue) -> None:
    push.broken = {"device="}
    retries.is_broken = True
    records = [message_record(number) for number in (1, 2, 3)]
    answer = notify.lambda_handler({"Records": records}, cast("LambdaContext", Context()))
    assert answer == {"batchItemFailures": [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]}
