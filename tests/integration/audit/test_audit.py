"""The audit trail on DynamoDB Local: every entry once, newest first, over the borders of months and shards."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from peerlearn.domain.audit import AuditAction, AuditEntry, AuditFilters, AuditTrail
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence import system_keys
from peerlearn.persistence.audit import AuditRepository
from peerlearn.persistence.items.audit import audit_item
from peerlearn.persistence.recording import recording
from peerlearn.persistence.table import Table
from tests.fakes.clock import FakeClock

NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
YEAR_AGO = NOW - timedelta(days=365)
ACTORS = [Principal(f"usr_{number}", Role.ADMIN, "sid") for number in range(3)]
TARGETS = ["crs_1", "crs_2", "asm_1/usr_9"]
ACTIONS = [AuditAction.COURSE_PUBLISHED, AuditAction.GRADE_SET, AuditAction.ROLE_CHANGED]


@pytest.fixture
def audit(table: Table) -> AuditRepository:
    return AuditRepository(table)


def store(table: Table, *moments: datetime, retention: timedelta = timedelta(days=365)) -> list[AuditEntry]:
    """An entry of each moment, in that order; actors, targets and actions in turn."""
    clock = FakeClock()
    trail = AuditTrail(retention, clock)
    stored = []
    for number, moment in enumerate(moments):
        clock.now = moment
        actor = [None, *ACTORS][number % 4]
        stored.append(trail.entry(actor, ACTIONS[number // 2 % 3], TARGETS[number % 3], number=number))
        table.write(recording(stored[-1]))
    return stored


def newest_first(entries: list[AuditEntry]) -> list[str]:
    return [one.entry_id for one in sorted(entries, key=lambda one: (one.at, one.entry_id), reverse=True)]


def walked(
    audit: AuditRepository, filters: AuditFilters, limit: int, earliest: datetime = YEAR_AGO
) -> tuple[list[str], list[int]]:
    """All ids in the order of the list, and how many each page had."""
    ids: list[str] = []
    sizes: list[int] = []
    after: Mapping[str, Any] | None = None
    while True:
        page = audit.page(filters, PageRequest(1, limit, after), NOW, earliest)
        ids += [entry.entry_id for entry in page.entries]
        sizes.append(len(page.entries))
        after = page.next
        if after is None:
            return ids, sizes
        assert len(sizes) < 200


def around_the_borders_of_months() -> list[datetime]:
    chance = random.Random(7)  # noqa: S311 (a test's choice)
    borders = [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)]
    moments = [border + timedelta(milliseconds=offset) for border in borders for offset in (-1, 0, 0, 0, 1)]
    moments += [NOW - timedelta(seconds=chance.randrange(300 * 86_400)) for _ in range(40)]
    # several in one millisecond, which their ids put in order
    moments += [NOW - timedelta(days=1)] * 15
    chance.shuffle(moments)
    return moments


@pytest.mark.parametrize("limit", [3, 100])
def test_each_entry_is_listed_once_and_in_order(table: Table, audit: AuditRepository, limit: int) -> None:
    stored = store(table, *around_the_borders_of_months())
    partitions = {audit_item(entry)["PK"] for entry in stored}
    assert {partition[-1] for partition in partitions} == set("0123")
    assert len({partition[:-2] for partition in partitions}) > 6
    ids, sizes = walked(audit, AuditFilters(), limit)
    assert ids == newest_first(stored)
    assert max(sizes) <= limit


@pytest.mark.parametrize("limit", [4, 100])
@pytest.mark.parametrize(
    "filters",
    [
        AuditFilters(actor_id="usr_1"),
        AuditFilters(target="asm_1/usr_9"),
        AuditFilters(action=AuditAction.GRADE_SET),
        AuditFilters(actor_id="usr_1", target="crs_2"),
        AuditFilters(target="crs_1", action=AuditAction.ROLE_CHANGED),
        AuditFilters(since=datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2026, 3, 1, tzinfo=UTC)),
        AuditFilters(actor_id="usr_0", since=datetime(2026, 1, 1, tzinfo=UTC)),
        AuditFilters(actor_id="usr_nobody"),
        AuditFilters(since=NOW + timedelta(days=1)),
        AuditFilters(until=YEAR_AGO - timedelta(days=1)),
        AuditFilters(since=datetime(1, 1, 1, tzinfo=UTC), until=datetime(9999, 1, 1, tzinfo=UTC)),
    ],
    ids=str,
)
def test_filters_combine(table: Table, audit: AuditRepository, filters: AuditFilters, limit: int) -> None:
    stored = store(table, *around_the_borders_of_months())
    fitting = [
        entry
        for entry in stored
        if filters.actor_id in (None, entry.actor_id)
        and filters.target in (None, entry.target)
        and filters.action in (None, entry.action)
        and (filters.since is None or entry.at >= filters.since)
        and (filters.until is None or entry.at < filters.until)
    ]
    assert walked(audit, filters, limit)[0] == newest_first(fitting)


def test_rare_action_is_found_behind_many_others_by_short_pages(table: Table, audit: AuditRepository) -> None:
    clock = FakeClock(NOW - timedelta(days=2))
    trail = AuditTrail(clock=clock)
    rare = trail.entry(ACTORS[0], AuditAction.ACCOUNT_ERASED, "usr_9")
    table.write(recording(rare))
    for number in range(60):
        clock.advance(1)
        table.write(recording(trail.entry(ACTORS[0], AuditAction.GRADE_SET, "crs_1", number=number)))
    audit_step = "peerlearn.persistence.audit._FILTERED_STEP"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_step, 2)
        patch.setattr("peerlearn.persistence.audit._ROUNDS_MAX", 2)
        ids, sizes = walked(audit, AuditFilters(action=AuditAction.ACCOUNT_ERASED), 1)
    assert ids == [rare.entry_id]
    assert len(sizes) > 3
    assert sizes.count(0) == len(sizes) - 1


def test_entry_added_between_two_pages_moves_nothing(table: Table, audit: AuditRepository) -> None:
    stored = store(table, *(NOW - timedelta(minutes=minute) for minute in range(10, 30)))
    first = audit.page(AuditFilters(), PageRequest(1, 8), NOW, YEAR_AGO)
    store(table, NOW, NOW - timedelta(minutes=1))
    rest = audit.page(AuditFilters(), PageRequest(1, 100, first.next), NOW, YEAR_AGO)
    assert [one.entry_id for one in [*first.entries, *rest.entries]] == newest_first(stored)


def test_entry_of_a_clock_that_is_ahead_is_listed(table: Table, audit: AuditRepository) -> None:
    stored = store(table, NOW + timedelta(seconds=2))
    assert walked(audit, AuditFilters(), 10)[0] == newest_first(stored)


def test_expired_entry_is_not_listed_before_it_is_deleted(table: Table, audit: AuditRepository) -> None:
    store(table, NOW - timedelta(days=31), retention=timedelta(days=30))
    kept = store(table, NOW - timedelta(days=29), retention=timedelta(days=30))
    assert walked(audit, AuditFilters(), 10)[0] == newest_first(kept)
    assert walked(audit, AuditFilters(target=kept[0].target), 10)[0] == newest_first(kept)


def test_entry_older_than_the_retention_of_today_is_not_listed(table: Table, audit: AuditRepository) -> None:
    stored = store(table, NOW - timedelta(days=40), NOW - timedelta(days=20))
    assert walked(audit, AuditFilters(), 10, NOW - timedelta(days=30))[0] == [stored[1].entry_id]


def test_same_entry_written_again_is_one_entry(table: Table, audit: AuditRepository) -> None:
    trail = AuditTrail(clock=FakeClock(NOW))
    made = [trail.entry(ACTORS[0], AuditAction.REPORT_DECIDED, "rep_1", key="request-1") for _ in range(3)]
    for number, entry in enumerate(made):
        table.transact([recording(entry)], f"{entry.entry_id}-{number}")
    assert walked(audit, AuditFilters(), 10)[0] == [made[0].entry_id]


def test_entries_of_one_person(table: Table, audit: AuditRepository) -> None:
    stored = store(table, *(NOW - timedelta(hours=hour) for hour in range(12)))
    theirs = newest_first([entry for entry in stored if entry.actor_id == "usr_1"])
    assert [entry.entry_id for entry in audit.by("usr_1")] == theirs
    assert [entry.entry_id for entry in audit.by("usr_1", 2)] == theirs[:2]


def test_shards_share_a_months_entries() -> None:
    made = [system_keys.audit_entry("2026-03-02T12:00:00.000Z", f"aud_{number:024x}").pk for number in range(4000)]
    assert set(made) == set(system_keys.audit_partitions("2026-03"))
    assert max(made.count(partition) for partition in set(made)) < 1200
