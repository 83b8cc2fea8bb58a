"""Something happened that people are to be told of, or after which connections must end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.realtime import notifier
from peerlearn.bootstrap.tasks import retry_queue
from peerlearn.domain.events import Event, SignInSessionsEnded
from peerlearn.events import enrollments, learning, messages, sign_in_sessions
from peerlearn.events.changes import Decoder, RecordChange
from peerlearn.events.stream import process_together
from peerlearn.metrics import count
from peerlearn.observability import logger

Fact = Event | SignInSessionsEnded
DECODERS: tuple[Decoder, ...] = (messages.decode, sign_in_sessions.decode, enrollments.decode, learning.decode)


def facts(change: RecordChange) -> list[Fact]:
    return list(chain.from_iterable(decode(change) for decode in DECODERS))


def tell(batch: Mapping[str, Sequence[Fact]]) -> Mapping[str, BaseException]:
    done = notifier().deliver(batch)
    for one in done.refusals:
        logger.error("push refused", connection_id=one.connection_id, event_id=one.event_id, reason=one.reason)
    if done.refusals:
        count("PushesRefused", len(done.refusals))
    return done.failures


def note(told: Sequence[Fact]) -> tuple[str, Mapping[str, object]]:
    named = [f"{fact.type.value} {fact.event_id}" if isinstance(fact, Event) else "sessions ended" for fact in told]
    return "told", {"events": named}


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_together(event, context, facts, tell, retry_queue, note)
