"""Claims under contention and faults: one of all who try gets it, with its mail, and none whose condition is false."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from peerlearn.domain.ids import new_id
from peerlearn.domain.mails import Mail, MailKind, Mailroom
from peerlearn.domain.notices import Channel, Notice, Wish
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.claims import claim
from peerlearn.persistence.guards import holds_seat
from peerlearn.persistence.notices import NoticeRepository
from peerlearn.persistence.table import Table
from tests.fakes.keys import fake_tokens
from tests.support.at_once import at_once
from tests.support.people import People, Person
from tests.support.wire import Fault, Wire

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = "session.reminder#crs_1#2026-03-02T10:00:00.000Z"


@pytest.fixture
def ada(table: Table) -> Person:
    return People(AccountRepository(table), fake_tokens()).add(proven=True)


@pytest.fixture
def wishes(table: Table) -> NoticeRepository:
    return NoticeRepository(table)


def reminder(user_id: str) -> Mail:
    room = Mailroom(is_open=True, clock=lambda: NOW)
    (mail,) = room.notice(user_id, MailKind.SESSION_REMINDER, title="Knots", courseId="crs_1", startsAt=NOW)
    return mail


def kinds(dynamodb: Any, table_name: str) -> list[str]:
    items = dynamodb.scan(TableName=table_name, ConsistentRead=True)["Items"]
    return sorted(item["entity"]["S"] for item in items if item["entity"]["S"] in ("Claim", "Mail"))


def test_one_of_all_who_claim_the_same_gets_it(table: Table, ada: Person, dynamodb: Any, table_name: str) -> None:
    tries = [lambda: claim(table.within(30), ada.user_id, reminder(ada.user_id), KEY) for _ in range(16)]
    assert sorted(map(bool, at_once(tries))) == [False] * 15 + [True]
    assert kinds(dynamodb, table_name) == ["Claim", "Mail"]


@pytest.mark.parametrize("forgets", [False, True])
def test_claim_whose_reply_was_lost_is_ones_own(
    forgets: bool,  # noqa: FBT001 (a parameter)
    wire: Wire,
    table: Table,
    ada: Person,
    dynamodb: Any,
    table_name: str,
) -> None:
    wire.forgets_tokens = forgets
    wire.judge = lambda one: Fault.LOST if one.writes and one.number == 1 else None
    behind_the_wire = Table(wire.client, table_name)
    assert claim(behind_the_wire, ada.user_id, reminder(ada.user_id), KEY)
    assert not claim(table, ada.user_id, reminder(ada.user_id), KEY)
    assert kinds(dynamodb, table_name) == ["Claim", "Mail"]


def test_kind_turned_off_is_not_claimed(
    table: Table, ada: Person, wishes: NoticeRepository, dynamodb: Any, table_name: str
) -> None:
    wish = Wish(Notice.SESSION_REMINDER, Channel.EMAIL)
    wishes.say(ada.user_id, {wish: False}, new_id("token"))
    assert not claim(table, ada.user_id, reminder(ada.user_id), KEY)
    assert kinds(dynamodb, table_name) == []
    # by push they did not want it before either
    wishes.say(ada.user_id, {wish: True, Wish(Notice.SESSION_REMINDER, Channel.PUSH): False}, new_id("token"))
    assert claim(table, ada.user_id, reminder(ada.user_id), KEY)


def test_claim_is_refused_where_a_condition_of_its_cause_is_false(
    table: Table, ada: Person, dynamodb: Any, table_name: str
) -> None:
    assert not claim(table, ada.user_id, reminder(ada.user_id), KEY, holds_seat(ada.user_id, "crs_1"))
    assert kinds(dynamodb, table_name) == []


def test_address_that_is_not_proven_is_told_nothing(table: Table, dynamodb: Any, table_name: str) -> None:
    bob = People(AccountRepository(table), fake_tokens()).add()
    assert not claim(table, bob.user_id, reminder(bob.user_id), KEY)
    assert kinds(dynamodb, table_name) == []


def test_unsubscribing_while_claims_are_made_lets_none_through_behind_it(
    table: Table, ada: Person, wishes: NoticeRepository
) -> None:
    """Nothing is claimed any more once the wish is acknowledged."""
    wish = Wish(Notice.SESSION_REMINDER, Channel.EMAIL)
    for number in range(20):
        wishes.say(ada.user_id, {wish: True}, new_id("token"))
        patient, keys = table.within(30), [f"{KEY}#{number}#{one}" for one in range(3)]
        tries: list[Callable[[], bool | None]] = [
            partial(claim, patient, ada.user_id, reminder(ada.user_id), key) for key in keys
        ]
        tries.append(partial(wishes.say, ada.user_id, {wish: False}, new_id("token")))
        at_once(tries)
        assert not claim(table, ada.user_id, reminder(ada.user_id), f"{KEY}#{number}#behind")
