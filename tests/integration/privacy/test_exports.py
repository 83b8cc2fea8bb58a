"""The record of an export that is written behind the answer: one at a time, and nobody's once its person has gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.exports import PREPARING_MAX, ExportRecord
from peerlearn.domain.ids import new_id
from peerlearn.persistence import keys
from peerlearn.persistence.personal_data import PersonalDataRepository
from peerlearn.persistence.table import Table
from peerlearn.services.erasure import ErasureService
from tests.support.people import People
from tests.support.wire import Wire

NOW = utc_now().replace(microsecond=0)
Asked = Callable[..., ExportRecord]


@pytest.fixture
def asked(people: People) -> Asked:
    user_id = people.add().user_id

    def asked_(at: datetime = NOW) -> ExportRecord:
        return ExportRecord(user_id, new_id("exp"), at, at + PREPARING_MAX)

    return asked_


@pytest.fixture
def exports(table: Table) -> PersonalDataRepository:
    return PersonalDataRepository(table)


def test_one_is_under_way_at_a_time(exports: PersonalDataRepository, asked: Asked) -> None:
    first = exports.begin(asked(), str(uuid4()))
    for seconds in (0, PREPARING_MAX.total_seconds() - 1):
        assert exports.begin(asked(NOW + timedelta(seconds=seconds)), str(uuid4())) == first
    later = asked(NOW + PREPARING_MAX)
    assert exports.begin(later, str(uuid4())) == later
    assert exports.record(first.user_id) == later


@pytest.mark.parametrize("forgets_tokens", [False, True])
def test_a_reply_lost_after_the_commit(wire: Wire, table_name: str, asked: Asked, *, forgets_tokens: bool) -> None:
    wire.forgets_tokens = forgets_tokens
    wire.lose_reply("TransactWriteItems")
    wanted = asked()
    assert PersonalDataRepository(Table(wire.client, table_name)).begin(wanted, str(uuid4())) == wanted


def test_one_that_is_asked_for_anew_is_not_finished_by_the_one_before(
    exports: PersonalDataRepository, asked: Asked
) -> None:
    first = exports.begin(asked(), str(uuid4()))
    second = exports.begin(asked(first.expires_at), str(uuid4()))
    assert not exports.finish(replace(first, ready_at=NOW, size=1))
    assert exports.record(first.user_id) == second
    assert exports.finish(replace(second, ready_at=NOW, size=1))


def test_person_erased_at_that_moment_has_none(
    people: People, erasure: ErasureService, wire: Wire, table_name: str, table: Table
) -> None:
    person = people.add()
    late = PersonalDataRepository(Table(wire.client, table_name))
    wire.before("TransactWriteItems", lambda: erasure.erase(person.principal, "any"))
    with pytest.raises(Unauthenticated):
        late.begin(ExportRecord(person.user_id, new_id("exp"), NOW, NOW + PREPARING_MAX), str(uuid4()))
    assert table.get(keys.export(person.user_id)) is None
