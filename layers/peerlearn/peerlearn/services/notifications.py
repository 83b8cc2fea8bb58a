"""Telling people what has happened, on every device that is connected.

Delivery is at least once, and in order on each connection as far as it goes; a failed record is reported, and comes
again by itself. Connections that were told by then are not told again because of those that were not. News are kept,
once, before anybody is told of them.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.deadline import carried
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.events import Event, SignInSessionsEnded
from peerlearn.domain.news import is_news
from peerlearn.domain.realtime import HANDSHAKE, Connection, PushRefused, Refusal

# As many as a client of the AWS SDK keeps connections.
_AT_ONCE = 10

Facts = Sequence[Event | SignInSessionsEnded]
# The events for one connection, each with the name of its record, in order.
_Told = deque[tuple[str, Event | SignInSessionsEnded]]


class Connections(Protocol):
    """See `peerlearn.persistence.connections`."""

    def of_user(self, user_id: str) -> Sequence[Connection]: ...
    def remove(self, user_id: str, connection_id: str) -> None: ...
    def forget(self, connection: Connection, opened_before: datetime) -> None: ...


class News(Protocol):
    """See `peerlearn.services.news`."""

    def keep(self, user_id: str, event: Event) -> None: ...


class Push(Protocol):
    """See `peerlearn.adapters.push`."""

    def post(self, connection_id: str, data: bytes) -> bool: ...
    def close(self, connection_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """The outcome of a batch.

    Attributes
    ----------
    failures: mapping
        Why a record failed, by its name; it may have reached some of its receivers.
    refusals: sequence of Refusal
        The pushes that no try can bring to one connection. They fail no record: the others were told.
    """

    failures: Mapping[str, BaseException]
    refusals: Sequence[Refusal]


class Notifier:
    """Posts events to their receivers' connections, and closes those whose session has ended."""

    def __init__(self, connections: Connections, push: Push, news: News, clock: Clock = utc_now) -> None:
        self._connections = connections
        self._push = push
        self._news = news
        self._clock = clock

    def push(self, event: Event) -> None:
        """Tell one event.

        Raises
        ------
        TemporarilyUnavailable
            Somebody could not be told.
        """
        for failure in self.deliver({event.event_id: [event]}).failures.values():
            raise failure

    def deliver(self, batch: Mapping[str, Facts]) -> Delivered:
        """Tell everything that a batch of records has to tell.

        Parameters
        ----------
        batch: mapping
            The facts of each record, by a name of the record; in the order in which they happened. An event of a whole
            course is told to its `receivers` alone: the others are the announcer's.
        """
        failures: dict[str, BaseException] = {}
        refusals: list[Refusal] = []
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            receivers = {name: [_receivers(fact) for fact in facts] for name, facts in batch.items()}
            self._keep_news(pool, batch, receivers, failures)
            devices = self._devices(pool, receivers, failures)
            work: list[tuple[_Told, Future[None]]] = []
            for connection, told in _by_connection(batch, receivers, devices).items():
                work.append((told, pool.submit(carried(self._tell), connection, told, refusals)))
            for untold, future in work:
                wait([future])
                _note(failures, [name for name, _ in untold], future)
        return Delivered(failures, refusals)

    def _keep_news(
        self,
        pool: Executor,
        batch: Mapping[str, Facts],
        receivers: Mapping[str, list[list[str]]],
        failures: dict[str, BaseException],
    ) -> None:
        """Keep what is news for its receivers: each person's one after the other, in their order."""
        kept: dict[str, list[tuple[str, Event]]] = defaultdict(list)
        for name, facts in batch.items():
            for fact, user_ids in zip(facts, receivers[name], strict=True):
                if isinstance(fact, Event) and is_news(fact):
                    for user_id in user_ids:
                        kept[user_id].append((name, fact))
        work = {
            user_id: pool.submit(carried(self._keep), user_id, [event for _, event in events])
            for user_id, events in kept.items()
        }
        for user_id, future in work.items():
            _note(failures, [name for name, _ in kept[user_id]], future)

    def _keep(self, user_id: str, events: Sequence[Event]) -> None:
        for event in events:
            self._news.keep(user_id, event)

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

    def _tell(self, connection: Connection, told: _Told, refusals: list[Refusal]) -> None:
        """Tell one after the other; the ones left in `told` where this raises were not told."""
        while told:
            _, fact = told[0]
            if isinstance(fact, SignInSessionsEnded):
                # Events after a session's end are not for its connection, whether or not that can be closed.
                _keep_first(told)
                self._end(connection)
                return
            data = json.dumps(fact.as_push(), separators=(",", ":"), ensure_ascii=False).encode()
            try:
                found = self._push.post(connection.connection_id, data)
            except PushRefused as refused:
                refusals.append(Refusal(connection.connection_id, fact.event_id, refused.reason))
                found = True
            if not found:
                self._connections.forget(connection, self._clock() - HANDSHAKE)
                return
            told.popleft()

    def _end(self, connection: Connection) -> None:
        was_open = self._push.close(connection.connection_id)
        if not was_open and connection.connected_at > self._clock() - HANDSHAKE:
            raise TemporarilyUnavailable("The connection is not open yet, and must not stay open.")
        self._connections.remove(connection.user_id, connection.connection_id)


def _receivers(fact: Event | SignInSessionsEnded) -> list[str]:
    return [fact.user_id] if isinstance(fact, SignInSessionsEnded) else list(dict.fromkeys(fact.receivers))


def _by_connection(
    batch: Mapping[str, Facts],
    receivers: Mapping[str, list[list[str]]],
    devices: Mapping[str, Sequence[Connection]],
) -> dict[Connection, _Told]:
    told: dict[Connection, _Told] = defaultdict(deque)
    for name, facts in batch.items():
        for fact, user_ids in zip(facts, receivers[name], strict=True):
            for user_id in user_ids:
                for connection in devices.get(user_id, ()):
                    if _concerns(fact, connection):
                        told[connection].append((name, fact))
    return told


def _keep_first(told: _Told) -> None:
    while len(told) > 1:
        told.pop()


def _concerns(fact: Event | SignInSessionsEnded, connection: Connection) -> bool:
    if isinstance(fact, SignInSessionsEnded):
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
