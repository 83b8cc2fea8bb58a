"""What fails in a batch of the stream comes again alone: nothing behind it waits for it or is done twice."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import follow_up, notify
from peerlearn.domain.errors import TemporarilyUnavailable
from tests.fakes.push import FakePush
from tests.functional.streams.test_enrollment_consumers import seats_record
from tests.functional.streams.test_notify import message_record
from tests.support.api import Context
from tests.support.event_source import EventSource, RetryQueue


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

    def promote(self, course_id: str) -> list[str]:
        self.asked[course_id] += 1
        if course_id in self.failing:
            raise TemporarilyUnavailable
        return []


def courses(number: int) -> list[dict[str, Any]]:
    return [seats_record(f"crs_{one}", one) for one in range(number)]


def test_what_stands_behind_a_failure_is_done_once(following: EventSource, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Promotions("crs_57")
    monkeypatch.setattr(follow_up, "promotion_service", lambda: service)
    following.deliver(courses(100))
    assert (following.calls, set(service.asked.values())) == (1, {1})
    service.failing.clear()
    following.drain()
    assert service.asked == Counter({f"crs_{one}": 2 if one == 57 else 1 for one in range(100)})
    assert (following.letters, following.dead) == ([], [])


def test_record_that_cannot_be_put_aside_is_reported_alone_and_stops_the_batch(
    following: EventSource, retries: RetryQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows was not done, so nothing is done twice when Lambda gives it again."""
    service = Promotions("crs_2", "crs_4")
    monkeypatch.setattr(follow_up, "promotion_service", lambda: service)
    retries.is_broken = True
    handler = follow_up.lambda_handler

    def mended(event: Any, context: Any) -> Any:
        answer = handler(event, context)
        retries.is_broken = following.calls < 3
        return answer

    following._handler = mended
    following.deliver(courses(6))
    assert service.asked == Counter({"crs_0": 1, "crs_1": 1, "crs_2": 4, "crs_3": 1, "crs_4": 1, "crs_5": 1})
    assert following.letters == []
    service.failing.clear()
    following.drain()
    assert (service.asked["crs_2"], service.asked["crs_4"], following.dead) == (5, 2, [])


def test_push_is_reported_once_where_nothing_can_be_put_aside(push: FakePush, retries: RetryQueue) -> None:
    push.broken = {"device="}
    retries.is_broken = True
    records = [message_record(number) for number in (1, 2, 3)]
    answer = notify.lambda_handler({"Records": records}, cast("LambdaContext", Context()))
    assert answer == {"batchItemFailures": [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]}
