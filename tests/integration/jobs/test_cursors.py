"""A cursor moves once from where it stands, whoever else moves it, and whatever reply is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.jobs import CURSOR_KEPT, DONE_KEPT, Cursor, Step
from peerlearn.domain.retrying import Backoff
from peerlearn.persistence import system_keys
from peerlearn.persistence.jobs import JobRepository
from peerlearn.persistence.table import Table
from tests.support.at_once import at_once
from tests.support.wire import Wire

FIRST = Cursor("job_1").after(Step("here", 2))
SECOND = FIRST.after(Step("there", 4))


def token() -> str:
    return uuid4().hex


@pytest.fixture
def cursors(table: Table) -> JobRepository:
    return JobRepository(table)


def test_cursor_is_stored_and_read_as_it_was(cursors: JobRepository) -> None:
    assert cursors.cursor("job_1") == Cursor("job_1")
    for cursor in (FIRST, SECOND, SECOND.anew(), SECOND.anew().after(Step(None, 7))):
        assert cursors.move(cursor, utc_now(), token())
        assert cursors.cursor("job_1") == cursor


def test_cursor_moves_from_where_it_stands_alone(cursors: JobRepository) -> None:
    assert not cursors.move(SECOND, utc_now(), token())
    assert cursors.move(FIRST, utc_now(), token())
    assert not cursors.move(replace(FIRST, place="elsewhere"), utc_now(), token())
    assert cursors.move(SECOND, utc_now(), token())
    for late in (FIRST, replace(SECOND, place="elsewhere")):
        assert not cursors.move(late, utc_now(), token())
    assert cursors.cursor("job_1") == SECOND


@pytest.mark.parametrize("before", [None, FIRST])
def test_of_many_workers_at_once_one_moves_it(cursors: JobRepository, before: Cursor | None) -> None:
    if before is not None:
        cursors.move(before, utc_now(), token())
    following = cursors.cursor("job_1").after(Step("further", 9))
    moved = at_once([lambda: cursors.move(following, utc_now(), token())] * 16)
    assert sorted(map(bool, moved)) == [False] * 15 + [True]


@pytest.mark.parametrize("before", [None, FIRST])
def test_move_whose_reply_is_lost_is_known_as_ones_own(
    cursors: JobRepository, wire: Wire, table_name: str, before: Cursor | None
) -> None:
    if before is not None:
        cursors.move(before, utc_now(), token())
    wired = JobRepository(Table(wire.client, table_name, lambda: Backoff(sleep=lambda _: None)))
    wire.lose_reply("PutItem")
    following = cursors.cursor("job_1").after(Step("further", 9))
    assert wired.move(following, utc_now(), token())
    assert wire.calls.count("PutItem") == 2


def test_cursor_is_kept_longer_than_a_dead_letter_and_a_done_one_for_a_day(
    cursors: JobRepository, table: Table
) -> None:
    now = utc_now()
    assert timedelta(days=14) < CURSOR_KEPT
    for cursor, kept in ((FIRST, CURSOR_KEPT), (FIRST.after(Step(None, 2)), DONE_KEPT)):
        cursors.move(cursor, now, token())
        item = table.get(system_keys.job("job_1"))
        assert item is not None
        assert item["ttl"] == int((now + kept).timestamp())
