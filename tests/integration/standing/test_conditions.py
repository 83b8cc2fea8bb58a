"""The requirements of a standing's write are asked by the write itself, whatever was read before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from peerlearn.domain.limits import Limit, Window
from peerlearn.domain.standing import AUTHORS, SESSIONS_MAX, Admission, Standing
from peerlearn.domain.users import AccountState, Principal, Role
from peerlearn.persistence import keys
from peerlearn.persistence.items.standing import standing_item
from peerlearn.persistence.standing import StandingRepository, StandingWrite, admitting
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import put
from peerlearn.services.standing import admitted

USER, SESSION = "usr_1", "ses_1"
NOW = datetime(2026, 1, 1, 10, tzinfo=UTC)
SECOND = int(NOW.timestamp())
LIMIT = Limit("messages", 3, 60)
ADMISSION = Admission(Principal(USER, Role.TUTOR, SESSION), roles=AUTHORS)
STANDING = Standing(USER, Role.TUTOR, epoch=4, sessions={SESSION: SECOND})
FULL = {f"ses_{number}": SECOND for number in range(SESSIONS_MAX)}
OPEN, CLOSED = {"messages": Window(2, SECOND + 1)}, {"messages": Window(2, SECOND)}


def store(table: Table, standing: Standing) -> None:
    item = standing_item(standing)
    for name, window in standing.windows.items():
        item |= {f"n:{name}": window.count, f"t:{name}": window.closes_at}
    table.write(put(item))


@pytest.mark.parametrize(
    ("build", "present"),
    [
        (lambda write: write.require_session(SESSION), replace(STANDING, sessions={})),
        (lambda write: write.require_roles(ADMISSION), replace(STANDING, role=Role.LEARNER)),
        (lambda write: write.require_epoch(4), replace(STANDING, epoch=5)),
        (lambda write: write.require_active(), replace(STANDING, state=AccountState.SUSPENDED)),
        (lambda write: write.make_room(STANDING), replace(STANDING, sessions=FULL)),
        (lambda write: write.end_session(SESSION), replace(STANDING, sessions={})),
        (lambda write: write.end_sessions(4), replace(STANDING, epoch=5)),
        (lambda write: write.end_sessions(4, SESSION), replace(STANDING, sessions={})),
        (lambda write: write.count(LIMIT, replace(STANDING, windows=OPEN)), replace(STANDING, windows=CLOSED)),
        (
            lambda write: write.count(LIMIT, replace(STANDING, windows=OPEN)),
            replace(STANDING, windows={"messages": Window(3, SECOND + 1)}),
        ),
        (lambda write: write.count(LIMIT, None), replace(STANDING, windows=OPEN)),
    ],
    ids=[
        "a session that has ended",
        "another role",
        "another epoch",
        "a suspension",
        "twenty sessions",
        "the end of one that has ended",
        "the end of all, twice",
        "the one to keep has ended",
        "a window that has closed",
        "a window without room",
        "a window that another write has opened",
    ],
)
def test_write_asks_for_what_is_required(
    table: Table, build: Callable[[StandingWrite], StandingWrite], present: Standing
) -> None:
    def attempt() -> None:
        table.write(build(StandingWrite(USER, NOW)).set("note", "written").write())

    store(table, present)
    before = table.get(keys.standing(USER))
    with pytest.raises(ConditionFailed):
        attempt()
    assert table.get(keys.standing(USER)) == before


@pytest.mark.parametrize(
    "build",
    [
        lambda write: write.require_session(SESSION).require_roles(ADMISSION).require_epoch(4).require_active(),
        lambda write: write.make_room(STANDING),
        lambda write: write.end_session(SESSION),
        lambda write: write.end_sessions(4, SESSION),
        lambda write: write.count(LIMIT, None),
    ],
    ids=["all requirements", "room", "one end", "all ends but one", "a first use"],
)
def test_existing_item_lets_the_write_through(table: Table, build: Callable[[StandingWrite], StandingWrite]) -> None:
    store(table, STANDING)
    table.write(build(StandingWrite(USER, NOW)).set("note", "written").write())
    assert (table.get(keys.standing(USER)) or {})["note"] == "written"


def test_a_use_is_admitted_while_there_is_room(table: Table) -> None:
    store(table, replace(STANDING, windows=OPEN))
    admission = admitted(StandingRepository(table), replace(ADMISSION, limits=(LIMIT,)), NOW)
    assert admission.standing is not None
    assert admission.standing.windows["messages"].count == 3


@pytest.mark.parametrize(
    ("present", "limits"),
    [
        (replace(STANDING, sessions={}), ()),
        (replace(STANDING, sessions={}), (LIMIT,)),
        (replace(STANDING, role=Role.LEARNER), ()),
        (replace(STANDING, role=Role.LEARNER), (LIMIT,)),
    ],
    ids=["ended", "ended, counted", "another role", "another role, counted"],
)
def test_an_admission_refuses_the_transaction_that_it_stands_in(
    table: Table, present: Standing, limits: tuple[Limit, ...]
) -> None:
    store(table, present)
    with pytest.raises(ConditionFailed):
        table.transact([admitting(replace(ADMISSION, limits=limits), NOW)], uuid4().hex)
    assert table.get(keys.standing(USER)) == standing_item(present)
