"""Telling people what has happened, on every device that is connected.

Delivery is at least once and in order on each connection. What fails is reported, and comes again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.deadline import carried
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.events import Event, SessionsEnded
from peerlearn.domain.realtime import HANDSHAKE, Connection

# As many as a client of the AWS SDK keeps connections.
_AT_ONCE = 10

Facts = Sequence[Event | SessionsEnded]


class Connections(Protocol):
    """See `peerlearn.persistence.connections`."""

    def of_user(self, user_id: str) -> Sequence[Connection]: ...
    def remove(self, user_id: str, connection_id: str) -> None: ...
    def forget(self, connection: Connection, opened_before: datetime) -> None: ...


class Push(Protocol):
    """See `peerlearn.adapters.push`."""

    def post(self, connection_id: str, data: bytes) -> bool: ...
    def close(self, connection_id: str) -> bool: ...


class Courses(Protocol):
    """Who holds a seat."""

    def seat_holders(self, course_id: str) -> Sequence[str]: ...


class Notifier:
    """Posts events to their receivers' connections, and closes those whose session has ended."""

    def __init__(self, connections: Connections, push: Push, courses: Courses, clock: Clock = utc_now) -> None:
        self._connections = connections
        self._push = push
        self._courses = courses
        self._clock = clock

    def push(self, event: Event) -> None:
        """Tells one event.

        Raises
        ------
        TemporarilyUnavailable
            Somebody could not be told.
        """
        for failure in self.deliver({event.event_id: [event]}).values():
            raise failure

    def deliver(self, batch: Mapping[str, Facts]) -> Mapping[str, BaseException]:
        """Tells everything that a batch of records has to tell.

        Parameters
        ----------
        batch: mapping
            The facts of each record, by a name of the record; in the order in which they happened.

        Returns
        -------
        mapping
            Why a record failed, by its name; it may have reached some of its receivers.
        """
        failures: dict[str, BaseException] = {}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            receivers = self._receivers(pool, batch, failures)
            devices = self._devices(pool, receivers, failures)
            work: list[tuple[list[str], Future[None]]] = []
            for connection, told in _by_connection(batch, receivers, devices).items():
                names = [name for name, _ in told]
                work.append((names, pool.submit(carried(self._tell), connection, [fact for _, fact in told])))
            for names, future in work:
                _note(failures, names, future)
        return failures

    def _receivers(
        self, pool: Executor, batch: Mapping[str, Facts], failures: dict[str, BaseException]
    ) -> dict[str, list[list[str]]]:
        """Who is told, for each fact of each record."""
        asked: dict[str, Future[Sequence[str]]] = {}
        for facts in batch.values():
            for fact in facts:
                if isinstance(fact, Event) and fact.course_id is not None and fact.course_id not in asked:
                    asked[fact.course_id] = pool.submit(carried(self._courses.seat_holders), fact.course_id)
        receivers: dict[str, list[list[str]]] = {}
        for name, facts in batch.items():
            receivers[name] = []
            for fact in facts:
                if isinstance(fact, SessionsEnded):
                    receivers[name].append([fact.user_id])
                    continue
                told = list(fact.receivers)
                if fact.course_id is not None and not _note(failures, [name], asked[fact.course_id]):
                    told += asked[fact.course_id].result()
                receivers[name].append(list(dict.fromkeys(told)))
        return receivers

    def _devices(
        self, pool: Executor, receivers: Mapping[str, list[list[str]]], failures: dict[str, BaseException]
    ) -> dict[str, Sequence[Connection]]:
        concerned: dict[str, list[str]] = defaultdict(list)
        for name, groups in receivers.items():
            for user_id in {user_id for group in groups for user_id in group}:
                concerned[user_id].append(name)
        asked = {user_id: pool.submit(carried(self._connections.of_user), user_id) for user_id in concerned}
        return {
            user_id: future.result()
            for user_id, future in asked.items()
            if not _note(failures, concerned[user_id], future)
        }

    def _tell(self, connection: Connection, facts: Facts) -> None:
        for fact in facts:
            if isinstance(fact, SessionsEnded):
                self._end(connection)
                return
            data = json.dumps(fact.as_push(), separators=(",", ":"), ensure_ascii=False).encode()
            if not self._push.post(connection.connection_id, data):
                self._connections.forget(connection, self._clock() - HANDSHAKE)
                return

    def _end(self, connection: Connection) -> None:
        was_open = self._push.close(connection.connection_id)
        if not was_open and connection.connected_at > self._clock() - HANDSHAKE:
            raise TemporarilyUnavailable("The connection is not open yet, and must not stay open.")
        self._connections.remove(connection.user_id, connection.connection_id)


def _by_connection(
    batch: Mapping[str, Facts],
    receivers: Mapping[str, list[list[str]]],
    devices: Mapping[str, Sequence[Connection]],
) -> dict[Connection, list[tuple[str, Event | SessionsEnded]]]:
    told: dict[Connection, list[tuple[str, Event | SessionsEnded]]] = defaultdict(list)
    for name, facts in batch.items():
        for fact, user_ids in zip(facts, receivers[name], strict=True):
            for user_id in user_ids:
                for connection in devices.get(user_id, ()):
                    if _concerns(fact, connection):
                        told[connection].append((name, fact))
    return told


def _concerns(fact: Event | SessionsEnded, connection: Connection) -> bool:
    if isinstance(fact, SessionsEnded):
        return fact.concerns(connection.session_id)
    return fact.origin != connection.connection_id


def _note(failures: dict[str, BaseException], names: Iterable[str], future: Future[Any]) -> bool:
    """Waits, and notes a failure under every name; tells whether there was one."""
    failure = future.exception()
    if failure is None:
        return False
    for name in names:
        failures.setdefault(name, failure)
    return True
