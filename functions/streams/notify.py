"""Something happened that people are to be told of, or after which connections must end."""

from __future__ import annotations

from itertools import chain
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.realtime import notifier
from peerlearn.domain.events import Event, SessionsEnded
from peerlearn.events import enrollments, learning, messages, sessions
from peerlearn.events.changes import Change, Decoder
from peerlearn.events.stream import process_together

DECODERS: tuple[Decoder, ...] = (messages.decode, sessions.decode, enrollments.decode, learning.decode)


def facts(change: Change) -> list[Event | SessionsEnded]:
    return list(chain.from_iterable(decode(change) for decode in DECODERS))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_together(event, context, facts, lambda batch: notifier().deliver(batch))
