"""Tickets and open connections."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.realtime import Connection, Ticket
from peerlearn.domain.standing import session_ended
from peerlearn.persistence import keys, system_keys
from peerlearn.persistence.items.realtime import connection_item, connection_of, ticket_item, ticket_of
from peerlearn.persistence.ranges import items_under
from peerlearn.persistence.standing import StandingWrite
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, check, delete, put


class ConnectionRepository:
    """Stores tickets by their hash, and open connections by their user."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_ticket(self, ticket_hash: str, ticket: Ticket) -> None:
        """Store a new ticket. Its hash is random, so a repeated put writes the same item again."""
        self._table.write(put(ticket_item(ticket_hash, ticket)))

    def take_ticket(self, ticket_hash: str, now: datetime) -> Ticket | None:
        """Spend a ticket and return it; None where there is none, or not any more.

        If the reply of the delete is lost, the repeated one finds nothing and the handshake is refused: no ticket ever
        opens two connections, and a client gets another one by one call.
        """
        # issued -> spent, once;  issued 30 s ago -> never
        is_valid = "#expires > :now"
        spent = delete(
            system_keys.ticket(ticket_hash),
            condition=is_valid,
            names={"#expires": "expiresAt"},
            values={":now": to_rfc3339(now)},
        )
        try:
            item = self._table.write(spent, returning="ALL_OLD")
        except ConditionFailed:
            return None
        return ticket_of(item) if item else None

    def add(self, connection: Connection, token: str) -> None:
        """Store an open connection, while its session has not ended.

        A session that ends at the same moment either finds this connection or refuses it.

        Raises
        ------
        Unauthenticated
            The session has ended.
        """
        stands = StandingWrite(connection.user_id, connection.connected_at).require_session(connection.session_id)
        try:
            self._table.transact([put(connection_item(connection)), stands.write(), _is_not_over(connection)], token)
        except ConditionFailed as failure:
            raise session_ended() from failure

    def of_user(self, user_id: str) -> list[Connection]:
        """Return the open connections of all of somebody's devices."""
        items = items_under(self._table, keys.user_partition(user_id), keys.CONNECTION_PREFIX)
        return [connection_of(item) for item in items]

    def remove(self, user_id: str, connection_id: str) -> None:
        """Delete a connection that was closed; its id never comes again."""
        self._table.write(delete(keys.connection(user_id, connection_id)))

    def forget(self, connection: Connection, opened_before: datetime) -> None:
        """Delete a connection at which nobody was found, unless its handshake may still be under way."""
        is_settled = "#connected < :before"
        gone = delete(
            keys.connection(connection.user_id, connection.connection_id),
            condition=is_settled,
            names={"#connected": "connectedAt"},
            values={":before": to_rfc3339(opened_before)},
        )
        with suppress(ConditionFailed):
            self._table.write(gone)


def _is_not_over(connection: Connection) -> Write:
    # A session ends seven days after its sign-in; its last access token may be good for some minutes more.
    return check(
        keys.session(connection.user_id, connection.session_id),
        "#expires > :now",
        names={"#expires": "expiresAt"},
        values={":now": to_rfc3339(connection.connected_at)},
    )
