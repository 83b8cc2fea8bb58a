"""Tickets open one door once; a connection is there only while its session lasts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.realtime import Connection
from peerlearn.domain.users import Credential, Role
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.table import Table
from peerlearn.services.realtime import RealtimeService
from tests.fakes.clock import FakeClock
from tests.support.people import NO_PASSWORD, People, Person


@pytest.fixture
def store(table: Table) -> ConnectionRepository:
    return ConnectionRepository(table)


@pytest.fixture
def accounts(table: Table) -> AccountRepository:
    return AccountRepository(table)


def connected(store: ConnectionRepository, person: Person) -> list[str]:
    return [connection.connection_id for connection in store.of_user(person.user_id)]


def test_a_ticket_redeemed_32_times_at_once(realtime: RealtimeService, ada: Person) -> None:
    ticket = realtime.issue_ticket(ada.principal).ticket
    with ThreadPoolExecutor(32) as pool:
        redeemed = list(pool.map(lambda _: realtime.redeem(ticket), range(32)))
    assert [one.principal for one in redeemed if one is not None] == [ada.principal]


def test_a_ticket_lasts_30_seconds(store: ConnectionRepository, ada: Person) -> None:
    clock = FakeClock(utc_now())
    realtime = RealtimeService(store, "wss://realtime.example", clock)
    in_time, late = realtime.issue_ticket(ada.principal), realtime.issue_ticket(ada.principal)
    assert in_time.expires_at == clock.now + timedelta(seconds=30)
    clock.advance(29.9)
    assert realtime.redeem(in_time.ticket) is not None
    clock.advance(0.2)
    assert realtime.redeem(late.ticket) is None
    assert realtime.redeem("never issued") is None


def test_only_the_hash_is_stored(realtime: RealtimeService, table: Table, ada: Person) -> None:
    ticket = realtime.issue_ticket(ada.principal).ticket
    everything = table._client.scan(TableName=table._name)["Items"]
    assert any("TICKET#" in item["PK"]["S"] for item in everything)
    assert ticket not in str(everything)


def test_a_device_connects_and_disconnects(realtime: RealtimeService, store: ConnectionRepository, ada: Person) -> None:
    for connection_id in ("laptop=", "phone="):
        realtime.connect(ada.principal, 0, connection_id)
    assert sorted(connected(store, ada)) == ["laptop=", "phone="]
    realtime.disconnect(ada.principal, "laptop=")
    realtime.disconnect(ada.principal, "laptop=")
    assert connected(store, ada) == ["phone="]


def test_after_logout_there_is_neither_ticket_nor_connection(
    realtime: RealtimeService, store: ConnectionRepository, accounts: AccountRepository, ada: Person
) -> None:
    accounts.revoke(ada.user_id, ada.session.session_id)
    with pytest.raises(Unauthenticated):
        realtime.issue_ticket(ada.principal)
    with pytest.raises(Unauthenticated):
        realtime.connect(ada.principal, 0, "laptop=")
    assert connected(store, ada) == []


def test_a_session_that_is_over_opens_no_connection(store: ConnectionRepository, ada: Person) -> None:
    for at, name in ((ada.session.expires_at - timedelta(seconds=1), "in time="), (ada.session.expires_at, "late=")):
        with suppress(Unauthenticated):
            store.add(Connection(ada.user_id, name, ada.session.session_id, at), 0, str(uuid4()))
    assert connected(store, ada) == ["in time="]


def test_after_a_change_of_role(
    realtime: RealtimeService, store: ConnectionRepository, accounts: AccountRepository, ada: Person
) -> None:
    accounts.change_role(ada.user, Role.TUTOR, str(uuid4()))
    with pytest.raises(Unauthenticated):
        realtime.issue_ticket(ada.principal)
    with pytest.raises(Unauthenticated):
        realtime.connect(ada.principal, 0, "laptop=")
    assert connected(store, ada) == []


def test_the_session_that_changed_the_password_stays(
    realtime: RealtimeService, store: ConnectionRepository, accounts: AccountRepository, ada: Person
) -> None:
    credential = Credential(NO_PASSWORD, ada.user)
    assert accounts.change_password(credential, "another", ada.session.session_id, str(uuid4()))
    assert realtime.issue_ticket(ada.principal).ticket
    realtime.connect(ada.principal, 0, "laptop=")
    assert connected(store, ada) == ["laptop="]


def test_forgetting_spares_a_handshake_under_way(store: ConnectionRepository, people: People) -> None:
    person, now = people.add(), utc_now()
    old, new = (
        Connection(person.user_id, name, person.session.session_id, at)
        for name, at in (("old=", now - timedelta(minutes=1)), ("new=", now))
    )
    for connection in (old, new):
        store.add(connection, 0, str(uuid4()))
    for connection in (old, new):
        store.forget(connection, now - timedelta(seconds=30))
    assert connected(store, person) == ["new="]
    # what is gone already is no failure
    store.forget(old, now)
