"""A request that its own write has not counted is counted at its end, unless the product itself failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

import peerlearn.bootstrap.standing
import peerlearn.http.websocket
from peerlearn.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InternalError,
    TemporarilyUnavailable,
    TooManyRequests,
    Unauthenticated,
)
from peerlearn.domain.limits import MESSAGES, UNANSWERED_MESSAGES, Limits
from peerlearn.domain.standing import Admission, leave_to_count
from peerlearn.domain.users import Principal, Role
from peerlearn.http.counting import counted
from peerlearn.http.models import RequestModel
from peerlearn.http.websocket import Sender, on_message
from peerlearn.services.standing import StandingService
from tests.fakes.standing import FakeStandings, fake_standing_service
from tests.support.api import Context

CALLER = Principal("usr_1", Role.LEARNER, "sid_1")
OWN_LIMIT, OTHER_LIMIT = Limits()[MESSAGES], Limits()[UNANSWERED_MESSAGES]


class CountingStandings(FakeStandings):
    """Counts what is admitted; `refusal` is raised instead."""

    def __init__(self) -> None:
        super().__init__()
        self.admitted = 0
        self.refusal: DomainError | None = None

    def admit(self, admission: Admission, now: datetime) -> Admission:
        if self.refusal is not None:
            raise self.refusal
        self.admitted += 1
        return super().admit(admission, now)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountingStandings]:
    standings = CountingStandings()
    standings.sign_in("usr_1", Role.LEARNER, "sid_1")
    service: StandingService = fake_standing_service(standings)
    monkeypatch.setattr(peerlearn.bootstrap.standing, "standing_service", lambda: service)
    monkeypatch.setattr(peerlearn.http.websocket, "standing_service", lambda: service)
    leave_to_count(service.admission(CALLER, MESSAGES))
    yield standings
    leave_to_count(None)


@pytest.mark.parametrize("error", [None, Conflict(), Forbidden(), OTHER_LIMIT.exceeded(60)], ids=str)
def test_an_answer_and_a_refusal_are_counted_once(store: CountingStandings, error: DomainError | None) -> None:
    assert counted(error) is None
    assert counted(error) is None
    assert store.admitted == 1


@pytest.mark.parametrize(
    "error", [InternalError(), TemporarilyUnavailable(), Unauthenticated(), OWN_LIMIT.exceeded(60)], ids=str
)
def test_a_failure_of_the_products_own_and_what_was_counted_already_are_not(
    store: CountingStandings, error: DomainError
) -> None:
    assert counted(error) is None
    assert store.admitted == 0


def test_a_refusal_to_count_goes_before_the_answer_and_a_failure_does_not(store: CountingStandings) -> None:
    refusal = TooManyRequests()
    store.refusal = refusal
    assert counted(Conflict()) is refusal
    store.refusal = TemporarilyUnavailable()
    leave_to_count(Admission(CALLER))
    assert counted(Conflict()) is None


class Empty(RequestModel):
    action: str


@pytest.mark.parametrize(
    ("raised", "refusal", "code", "admitted"),
    [
        (Conflict(), None, "CONFLICT", 1),
        (TemporarilyUnavailable(), None, "TEMPORARILY_UNAVAILABLE", 0),
        (Conflict(), TooManyRequests(), "TOO_MANY_REQUESTS", 0),
        (Conflict(), TemporarilyUnavailable(), "CONFLICT", 0),
    ],
    ids=["refused", "failed", "refused, with the limit used up", "refused, and not to be counted"],
)
def test_a_message_of_the_socket_is_counted_alike(
    store: CountingStandings, raised: DomainError, refusal: DomainError | None, code: str, admitted: int
) -> None:
    assert answer_of(raiser(raised), store, refusal)["code"] == code
    assert store.admitted == admitted


def raiser(error: DomainError) -> Callable[[Empty, Sender], Mapping[str, Any]]:
    def respond(_: Empty, sender: Sender) -> Mapping[str, Any]:
        sender.admission()
        raise error

    return respond


def answer_of(
    respond: Callable[[Empty, Sender], Mapping[str, Any]], store: CountingStandings, refusal: DomainError | None
) -> dict[str, Any]:
    store.refusal = refusal
    authorizer = {"userId": "usr_1", "role": "learner", "sessionId": "sid_1"}
    context = {"connectionId": "c", "routeKey": "x", "eventType": "MESSAGE", "authorizer": authorizer, "requestId": "r"}
    event = {"requestContext": context, "body": '{"action": "x"}', "isBase64Encoded": False}
    handler = on_message(Empty, admits_itself=True)(respond)
    answer: dict[str, Any] = json.loads(handler(event, cast("LambdaContext", Context()))["body"])
    return answer
