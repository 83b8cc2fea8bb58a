"""Connections and pushes in memory."""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.events import Event
from peerlearn.domain.realtime import Connection, PushRefused


class FakeConnections:
    """Open connections by user."""

    def __init__(self, *connections: Connection) -> None:
        self.open = list(connections)
        self.unavailable: set[str] = set()
        self.asked: list[str] = []

    def of_user(self, user_id: str) -> Sequence[Connection]:
        self.asked.append(user_id)
        if user_id in self.unavailable:
            raise TemporarilyUnavailable
        return [connection for connection in self.open if connection.user_id == user_id]

    def remove(self, user_id: str, connection_id: str) -> None:
        self.open = [one for one in self.open if (one.user_id, one.connection_id) != (user_id, connection_id)]

    def forget(self, connection: Connection, opened_before: datetime) -> None:
        if connection.connected_at < opened_before:
            self.remove(connection.user_id, connection.connection_id)


class FakeNews:
    """The news of each user: the ids of their events, in order."""

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = defaultdict(list)
        self.unavailable: set[str] = set()

    def keep(self, user_id: str, event: Event) -> None:
        if user_id in self.unavailable:
            raise TemporarilyUnavailable
        if event.event_id not in self.kept[user_id]:
            self.kept[user_id].append(event.event_id)


class FakePush:
    """Notes down posts by connection, and the connections that were closed; `posts` counts tries for each event."""

    def __init__(self) -> None:
        self.posted: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.closed: list[str] = []
        self.gone: set[str] = set()
        self.broken: set[str] = set()
        self.refused: dict[str, str] = {}
        self.breaks_at: set[tuple[str, str]] = set()
        self.posts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def post(self, connection_id: str, data: bytes) -> bool:
        with self._lock:
            event = json.loads(data)
            self.posts[event["eventId"]] += 1
            if connection_id in self.refused:
                raise PushRefused(self.refused[connection_id])
            if connection_id in self.broken or (connection_id, event["eventId"]) in self.breaks_at:
                raise TemporarilyUnavailable
            if connection_id in self.gone:
                return False
            self.posted[connection_id].append(event)
            return True

    def close(self, connection_id: str) -> bool:
        with self._lock:
            self.closed.append(connection_id)
            return connection_id not in self.gone
