"""Tickets and connections: how a WebSocket gets its user, and until when it may keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from peerlearn.domain.users import Principal, Role

TICKET_LIFETIME = timedelta(seconds=30)
# API Gateway ends a connection after two hours.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
CONNECTION_LIFETIME = timedelta(hours=2)
# A connection counts only once its handshake is through: until then, posting to it finds nobody there.
HANDSHAKE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The person and the sign-in session behind a ticket."""

    user_id: str
    role: Role
    session_id: str
    expires_at: datetime

    @property
    def principal(self) -> Principal:
        return Principal(self.user_id, self.role, self.session_id)


@dataclass(frozen=True, slots=True)
class Connection:
    """An open WebSocket of one person's device."""

    user_id: str
    connection_id: str
    session_id: str
    connected_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.connected_at + CONNECTION_LIFETIME


def too_many(connections: Sequence[Connection], most: int) -> list[Connection]:
    """Return the oldest connections of those that are more than `most`."""
    by_age = sorted(connections, key=lambda one: (one.connected_at, one.connection_id))
    return by_age[: max(0, len(by_age) - most)]


class PushRefused(Exception):
    """A push that no try brings to this connection; the connection is there, as far as anybody knows.

    Parameters
    ----------
    reason: str
        The reason of the refusal, in the words of the API that refused it.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Pushes that did not reach one connection, and the reason."""

    connection_id: str
    event_id: str
    reason: str
