"""`upgrade`: every step once, whatever cuts it off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.persistence import system_keys
from peerlearn.persistence.keys import Key
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from scripts.cli import upgrade
from scripts.cli.upgrade import Layout, Step, read_layout
from scripts.project.problem import Problem
from tests.functional.cli.conftest import Run

CHUNKS = ["a", "b", "c"]


class Killed(BaseException):
    """The program's end at some moment."""


def moving(done: list[str], *, dies_at: str | None = None) -> Callable[[Table, str], str | None]:
    """Return a step of three chunks, which is killed after the work of one of them."""

    def carry_on(table: Table, place: str) -> str | None:
        number = CHUNKS.index(place) + 1 if place else 0
        done.append(CHUNKS[number])
        table.write(put({**Key("MOVED", CHUNKS[number]).as_item()}))
        if CHUNKS[number] == dies_at:
            raise Killed
        return CHUNKS[number] if number < 2 else None

    return carry_on


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """`steps(dies_at="b")`: the release has the first step, and one that moves; the list of chunks that were done."""
    done: list[str] = []

    def steps_(**options: str | None) -> list[str]:
        two = (*upgrade.STEPS[:1], Step("moves", moving(done, **options)))
        monkeypatch.setattr(upgrade, "STEPS", two)
        return done

    return steps_


def test_new_table_is_marked_with_the_first_layout(run: Run, table: Table) -> None:
    ran = run("upgrade")
    assert (ran.status, read_layout(table)) == (0, Layout(1))
    assert "The table has layout 1." in ran.err


def test_upgraded_table_is_left_alone(run: Run, table: Table) -> None:
    run("upgrade")
    before = table.get(system_keys.layout())
    ran = run("upgrade")
    assert "Step" not in ran.err
    assert table.get(system_keys.layout()) == before


def test_dry_run_names_the_steps_and_changes_nothing(run: Run, table: Table, steps: Callable[..., list[str]]) -> None:
    done = steps()
    ran = run("upgrade", "--dry-run")
    assert "Step 1" in ran.err
    assert "Step 2: moves." in ran.err
    assert (done, read_layout(table)) == ([], Layout())


@pytest.mark.parametrize("dies_at", CHUNKS)
def test_upgrade_that_was_cut_off_goes_on_where_it_was(
    dies_at: str, run: Run, table: Table, steps: Callable[..., list[str]]
) -> None:
    done = steps(dies_at=dies_at)
    with pytest.raises(Killed):
        run("upgrade")
    assert read_layout(table).version == 1
    steps()
    assert run("upgrade").status == 0
    # only the chunk that was not noted is done again
    assert done == sorted([*CHUNKS, dies_at])
    assert read_layout(table) == Layout(2)


def test_table_of_a_later_release_is_refused(run: Run, table: Table) -> None:
    table.write(put({**system_keys.layout().as_item(), "entity": "Layout", "version": 9, "place": ""}))
    ran = run("upgrade")
    assert ran.status == 1
    assert "The table has layout 9, and this release knows 1: use a later one." in ran.err


def test_second_upgrade_at_the_same_time_stops(table: Table) -> None:
    def overtaken(_: Table, __: str) -> str | None:
        table.write(put({**system_keys.layout().as_item(), "entity": "Layout", "version": 0, "place": "elsewhere"}))
        return "here"

    with pytest.raises(Problem, match="Another upgrade of this table is under way"):
        upgrade.carry_out(table, Layout(), Step("moves", overtaken))
    assert read_layout(table).place == "elsewhere"
