"""Networks that swallow requests: a reply that never comes, and a connection that ends without one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Self

import boto3
import pytest
from botocore.config import Config

from peerlearn.adapters.keyring import SecretKeyRing, SecretVersions
from peerlearn.bootstrap.core import client_config
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.persistence.keys import Key
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put

QUICK = Config(connect_timeout=0.1, read_timeout=0.1)


class Sink:
    """Accepts connections; answers nothing, or hangs up at once."""

    def __init__(self, *, hangs_up: bool) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.05)
        self._hangs_up = hangs_up
        self._open: list[socket.socket] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.accepted = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        for connection in (*self._open, self._server):
            connection.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._server.accept()
            except TimeoutError:
                continue
            self.accepted += 1
            if self._hangs_up:
                connection.close()
            else:
                self._open.append(connection)


@pytest.fixture(params=[False, True], ids=["silent", "hangs up"])
def sink(request: pytest.FixtureRequest) -> Iterator[Sink]:
    with Sink(hangs_up=request.param) as sink_:
        yield sink_


CALLS: list[Callable[[Table], object]] = [
    lambda table: table.get(Key("A", "B")),
    lambda table: table.write(put({"PK": "A", "SK": "B"})),
    lambda table: table.transact([put({"PK": "A", "SK": "B"})], "token"),
]


@pytest.mark.parametrize("call", CALLS, ids=["read", "write", "transaction"])
def test_table_that_does_not_reply_is_a_503(sink: Sink, call: Callable[[Table], object]) -> None:
    client = boto3.client("dynamodb", endpoint_url=sink.url, config=client_config().merge(QUICK))
    with pytest.raises(TemporarilyUnavailable):
        call(Table(client, "t"))
    assert sink.accepted == 3


def test_secrets_manager_that_does_not_reply_is_a_503(sink: Sink) -> None:
    client = boto3.client("secretsmanager", endpoint_url=sink.url, config=client_config().merge(QUICK))
    with pytest.raises(TemporarilyUnavailable):
        SecretKeyRing(SecretVersions(lambda: client, "secret")).current()
    assert sink.accepted == 3


def test_nobody_at_the_address_is_a_503() -> None:
    client = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:1", config=client_config().merge(QUICK))
    with pytest.raises(TemporarilyUnavailable):
        Table(client, "t").get(Key("A", "B"))
