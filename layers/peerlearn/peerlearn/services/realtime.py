"""Tickets, and connections from handshake to end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.limits import Limit
from peerlearn.domain.realtime import HANDSHAKE, TICKET_LIFETIME, Connection, PushRefused, Ticket, too_many
from peerlearn.domain.users import Principal

_TICKET_BYTES = 32


class Connections(Protocol):
    """See `peerlearn.persistence.connections`."""

    def add_ticket(self, ticket_hash: str, ticket: Ticket) -> None: ...
    def take_ticket(self, ticket_hash: str, now: datetime) -> Ticket | None: ...
    def add(self, connection: Connection, token: str) -> None: ...
    def of_user(self, user_id: str) -> Sequence[Connection]: ...
    def remove(self, user_id: str, connection_id: str) -> None: ...


class Push(Protocol):
    """See `peerlearn.adapters.push`."""

    def close(self, connection_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket for a client's handshake: its text, the address, and until when it holds."""

    ticket: str
    web_socket_url: str
    expires_at: datetime


class RealtimeService:
    """The use cases of the ticket endpoint, the authorizer and `$disconnect`."""

    def __init__(self, connections: Connections, web_socket_url: str, clock: Clock = utc_now) -> None:
        self._connections = connections
        self._web_socket_url = web_socket_url
        self._clock = clock

    def issue_ticket(self, caller: Principal) -> IssuedTicket:
        """Return a ticket for one handshake, which asks for the session once more. Only its hash is stored."""
        text = secrets.token_urlsafe(_TICKET_BYTES)
        expires_at = self._clock() + TICKET_LIFETIME
        ticket = Ticket(caller.user_id, caller.role, caller.session_id, expires_at)
        self._connections.add_ticket(_hash(text), ticket)
        return IssuedTicket(text, self._web_socket_url, expires_at)

    def redeem(self, ticket: str) -> Ticket | None:
        """Spend a ticket and return its owner; None where it opens nothing."""
        return self._connections.take_ticket(_hash(ticket), self._clock())

    def disconnect(self, caller: Principal, connection_id: str) -> None:
        self._connections.remove(caller.user_id, connection_id)


class ConnectionService:
    """The use case of `$connect`.

    Parameters
    ----------
    sockets: Limit
        How many connections an account may have open.
    """

    def __init__(self, connections: Connections, push: Push, sockets: Limit, clock: Clock = utc_now) -> None:
        self._connections = connections
        self._push = push
        self._sockets = sockets
        self._clock = clock

    def connect(self, caller: Principal, connection_id: str) -> None:
        """Store the connection, so that it is pushed to; of more than 20 of one account the oldest are closed.

        Raises
        ------
        Unauthenticated
            The session ended since the ticket was issued.
        """
        connection = Connection(caller.user_id, connection_id, caller.session_id, self._clock())
        self._connections.add(connection, str(uuid4()))
        for surplus in too_many(self._connections.of_user(caller.user_id), self._sockets.quota):
            was_open = self._closed(surplus)
            # One whose handshake is still under way keeps its item: the next connection closes it.
            if was_open or surplus.connected_at <= self._clock() - HANDSHAKE:
                self._connections.remove(surplus.user_id, surplus.connection_id)

    def _closed(self, connection: Connection) -> bool:
        try:
            return self._push.close(connection.connection_id)
        except (PushRefused, TemporarilyUnavailable):
            # It is no reason to keep a new device out.
            return False


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
