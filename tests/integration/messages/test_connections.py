"""Tickets open one door once; a connection is there only while its session lasts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.limits import Limit
from peerlearn.domain.realtime import Connection
from peerlearn.domain.users import Role
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.table import Table
from peerlearn.services.realtime import ConnectionService, RealtimeService
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.fakes.push import FakePush
from tests.support.accounts import Accounts, AnyPassword
from tests.support.people import People, Person


@pytest.fixture
def store(table: Table) -> ConnectionRepository:
    return ConnectionRepository(table)


@pytest.fixture
def accounts(table: Table) -> Accounts:
    return Accounts(table, FakeKeyRing(), AnyPassword())


@pytest.fixture
def pushes() -> FakePush:
    return FakePush()


@pytest.fixture
def door(store: ConnectionRepository, pushes: FakePush) -> ConnectionService:
    return ConnectionService(store, pushes, Limit("sockets", 20, 1))


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


def test_a_device_connects_and_disconnects(
    realtime: RealtimeService, door: ConnectionService, store: ConnectionRepository, ada: Person
) -> None:
    for connection_id in ("laptop=", "phone="):
        door.connect(ada.principal, connection_id)
    assert sorted(connected(store, ada)) == ["laptop=", "phone="]
    realtime.disconnect(ada.principal, "laptop=")
    realtime.disconnect(ada.principal, "laptop=")
    assert connected(store, ada) == ["phone="]


def test_connection_past_the_limit_closes_the_oldest(
    store: ConnectionRepository, pushes: FakePush, ada: Person
) -> None:
    clock = FakeClock(utc_now() - timedelta(hours=1))
    door = ConnectionService(store, pushes, Limit("sockets", 3, 1), clock)
    for number in range(5):
        clock.advance(60)
        door.connect(ada.principal, f"{number}=")
    assert sorted(connected(store, ada)) == ["2=", "3=", "4="]
    assert pushes.closed == ["0=", "1="]


def test_connection_whose_handshake_is_under_way_is_closed_with_the_next(
    store: ConnectionRepository, pushes: FakePush, ada: Person
) -> None:
    clock = FakeClock()
    door = ConnectionService(store, pushes, Limit("sockets", 1, 1), clock)
    pushes.gone.add("0=")
    for number in range(2):
        door.connect(ada.principal, f"{number}=")
        clock.advance(1)
    assert sorted(connected(store, ada)) == ["0=", "1="]
    pushes.gone.clear()
    door.connect(ada.principal, "2=")
    assert connected(store, ada) == ["2="]


@pytest.mark.parametrize("end", ["logout", "role", "suspension", "password elsewhere", "by an administrator"])
def test_ended_session_opens_no_connection(
    door: ConnectionService, store: ConnectionRepository, accounts: Accounts, ada: Person, people: People, end: str
) -> None:
    admin = people.add(Role.ADMIN).principal
    ends: dict[str, Callable[[], object]] = {
        "logout": lambda: accounts.logout(ada.refresh_token),
        "role": lambda: accounts.set_role(admin, ada.user_id, Role.TUTOR),
        "suspension": lambda: accounts.suspend(admin, ada.user_id),
        "password elsewhere": lambda: accounts.change_password(
            replace(ada.principal, session_id=sign_in_elsewhere(accounts, ada)), "any", "Another-Pass-1"
        ),
        "by an administrator": lambda: accounts.end_sessions(admin, ada.user_id),
    }
    ends[end]()
    with pytest.raises(Unauthenticated):
        door.connect(ada.principal, "laptop=")
    assert connected(store, ada) == []


def sign_in_elsewhere(accounts: Accounts, person: Person) -> str:
    elsewhere = accounts.login(person.user.email, "any")
    return fake_tokens().verify_access(elsewhere.access_token).session_id


def test_a_session_that_is_over_opens_no_connection(store: ConnectionRepository, ada: Person) -> None:
    for at, name in ((ada.session.expires_at - timedelta(seconds=1), "in time="), (ada.session.expires_at, "late=")):
        with suppress(Unauthenticated):
            store.add(Connection(ada.user_id, name, ada.session.session_id, at), str(uuid4()))
    assert connected(store, ada) == ["in time="]


def test_the_session_that_changed_the_password_stays(
    door: ConnectionService, store: ConnectionRepository, accounts: Accounts, ada: Person
) -> None:
    accounts.change_password(ada.principal, "any", "Another-Pass-1")
    door.connect(ada.principal, "laptop=")
    assert connected(store, ada) == ["laptop="]


def test_forgetting_spares_a_handshake_under_way(store: ConnectionRepository, people: People) -> None:
    person, now = people.add(), utc_now()
    old, new = (
        Connection(person.user_id, name, person.session.session_id, at)
        for name, at in (("old=", now - timedelta(minutes=1)), ("new=", now))
    )
    for connection in (old, new):
        store.add(connection, str(uuid4()))
    for connection in (old, new):
        store.forget(connection, now - timedelta(seconds=30))
    assert connected(store, person) == ["new="]
    # what is gone already is no failure
    store.forget(old, now)
