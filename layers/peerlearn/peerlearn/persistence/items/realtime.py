"""Connections and tickets."""

from __future__ import annotations

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.realtime import Connection, Ticket
from peerlearn.domain.users import Role
from peerlearn.persistence import keys, system_keys
from peerlearn.persistence.items.base import Entity, Item


def connection_item(connection: Connection) -> Item:
    return {
        **keys.connection(connection.user_id, connection.connection_id).as_item(),
        "entity": Entity.CONNECTION.value,
        "userId": connection.user_id,
        "connectionId": connection.connection_id,
        "sessionId": connection.session_id,
        "connectedAt": to_rfc3339(connection.connected_at),
        "ttl": int(connection.expires_at.timestamp()),
    }


def connection_of(item: Item) -> Connection:
    return Connection(
        user_id=item["userId"],
        connection_id=item["connectionId"],
        session_id=item["sessionId"],
        connected_at=from_rfc3339(item["connectedAt"]),
    )


def ticket_item(ticket_hash: str, ticket: Ticket) -> Item:
    return {
        **system_keys.ticket(ticket_hash).as_item(),
        "entity": Entity.TICKET.value,
        "userId": ticket.user_id,
        "role": ticket.role.value,
        "sessionId": ticket.session_id,
        "expiresAt": to_rfc3339(ticket.expires_at),
        "ttl": int(ticket.expires_at.timestamp()),
    }


def ticket_of(item: Item) -> Ticket:
    return Ticket(
        user_id=item["userId"],
        role=Role(item["role"]),
        session_id=item["sessionId"],
        expires_at=from_rfc3339(item["expiresAt"]),
    )
