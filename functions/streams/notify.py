"""Something happened that people are to be told of, or after which connections must end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.realtime import notifier
from peerlearn.bootstrap.tasks import retry_queue, router
from peerlearn.domain.events import Event, SignInSessionsEnded
from peerlearn.domain.tasks import Assignment
from peerlearn.events import enrollments, learning, messages, sign_in_sessions
from peerlearn.events.announcements import announcement
from peerlearn.events.changes import Decoder, RecordChange
from peerlearn.events.stream import process_together
from peerlearn.metrics import count
from peerlearn.observability import logger

# Events to tell at once, or the task of telling a whole course.
Fact = Event | SignInSessionsEnded | Assignment
DECODERS: tuple[Decoder, ...] = (messages.decode, sign_in_sessions.decode, enrollments.decode, learning.decode)


def facts(change: RecordChange) -> list[Fact]:
    found = chain.from_iterable(decode(change) for decode in DECODERS)
    return [announcement(fact) if isinstance(fact, Event) and fact.course_id else fact for fact in found]


def tell(batch: Mapping[str, Sequence[Fact]]) -> Mapping[str, BaseException]:
    handed_on = {name: [one for one in found if isinstance(one, Assignment)] for name, found in batch.items()}
    told = {name: [one for one in found if not isinstance(one, Assignment)] for name, found in batch.items()}
    done = notifier().deliver(told)
    for one in done.refusals:
        logger.error("push refused", connection_id=one.connection_id, event_id=one.event_id, reason=one.reason)
    if done.refusals:
        count("PushesRefused", len(done.refusals))
    return {**router().route(handed_on), **done.failures}


def note(told: Sequence[Fact]) -> tuple[str, Mapping[str, object]]:
    return "told", {"events": [_named(fact) for fact in told]}


def _named(fact: Fact) -> str:
    if isinstance(fact, Assignment):
        event = fact.posting.task["event"]
        return f"{event['type']} {event['eventId']}, by the announcements' queue"
    return f"{fact.type.value} {fact.event_id}" if isinstance(fact, Event) else "sessions ended"


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_together(event, context, facts, tell, retry_queue, note)
