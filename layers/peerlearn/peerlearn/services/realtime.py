"""Tickets, and connections from handshake to end."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.realtime import TICKET_LIFETIME, Connection, Ticket
from peerlearn.domain.users import Principal, Session, User

_TICKET_BYTES = 32


class Connections(Protocol):
    """See `peerlearn.persistence.connections`."""

    def sign_in(self, caller: Principal) -> tuple[User | None, Session | None]: ...
    def add_ticket(self, ticket_hash: str, ticket: Ticket) -> None: ...
    def take_ticket(self, ticket_hash: str, now: datetime) -> Ticket | None: ...
    def add(self, connection: Connection, epoch: int, token: str) -> None: ...
    def remove(self, user_id: str, connection_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """What a client shows in its handshake, where, and until when."""

    ticket: str
    web_socket_url: str
    expires_at: datetime


class RealtimeService:
    """The use cases of the ticket endpoint and of the WebSocket's own routes."""

    def __init__(self, connections: Connections, web_socket_url: str, clock: Clock = utc_now) -> None:
        self._connections = connections
        self._web_socket_url = web_socket_url
        self._clock = clock

    def issue_ticket(self, caller: Principal) -> IssuedTicket:
        """A ticket for one handshake; only its hash is stored.

        Raises
        ------
        Unauthenticated
            The session has ended, though its access token has not expired yet.
        """
        user, session = self._connections.sign_in(caller)
        if user is None or session is None or session.revoked or not user.allows(session):
            raise Unauthenticated("This session has ended. Sign in again.")
        text = secrets.token_urlsafe(_TICKET_BYTES)
        expires_at = self._clock() + TICKET_LIFETIME
        ticket = Ticket(user.user_id, user.role, session.session_id, session.epoch, expires_at)
        self._connections.add_ticket(_hash(text), ticket)
        return IssuedTicket(text, self._web_socket_url, expires_at)

    def redeem(self, ticket: str) -> Ticket | None:
        """What the ticket stands for, once; None where it stands for nothing."""
        return self._connections.take_ticket(_hash(ticket), self._clock())

    def connect(self, caller: Principal, epoch: int, connection_id: str) -> None:
        """The connection is there to be pushed to.

        Raises
        ------
        Unauthenticated
            The session ended since the ticket was issued.
        """
        connection = Connection(caller.user_id, connection_id, caller.session_id, self._clock())
        self._connections.add(connection, epoch, str(uuid4()))

    def disconnect(self, caller: Principal, connection_id: str) -> None:
        self._connections.remove(caller.user_id, connection_id)


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
