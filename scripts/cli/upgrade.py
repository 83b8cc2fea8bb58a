"""Moving a table to the layout of this release.

The table keeps the number of its layout in one item, with the place where a step that was cut off goes on:

    version 0 (no item) --step 1--> version 1 --step 2, place "..."--> ... --> version 2
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import click

from peerlearn.persistence import system_keys
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, put
from scripts.cli.target import Target, on_stack
from scripts.cli.words import say
from scripts.project.problem import Problem


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a table: its version, and the place of the next step that is under way; empty where none is."""

    version: int = 0
    place: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step to the next version.

    Attributes
    ----------
    title: str
        Its work, in words for the operator.
    carry_on: callable
        Does one chunk of it, from a place (empty at the beginning), and returns the place behind it; None at the end.
        A chunk may be done twice: a run that is cut off repeats its last one.
    """

    title: str
    carry_on: Callable[[Table, str], str | None]


# Step n leads to version n. A step is never changed once it is released.
STEPS: Sequence[Step] = (Step("marks the table with the layout of 1.0; nothing moves", lambda _, __: None),)


@click.command(short_help="Moves the table to the layout of this release.")
@click.option("--dry-run", is_flag=True, help="Only say which steps there are to do.")
@on_stack
def upgrade(target: Target, *, dry_run: bool) -> None:
    """Moves the table to the layout of this release, while it is in use.

    Deploy the release first: it reads both layouts. A run that is cut off goes on where it was, and a table that is up
    to date is left alone.
    """
    table = Table(target.dynamodb(), target.table_name)
    layout = read_layout(table)
    for number, step in enumerate(STEPS[layout.version :], layout.version + 1):
        say(f"Step {number}: {step.title}.")
        if not dry_run:
            layout = carry_out(table, layout, step)
    if not dry_run:
        say(f"The table has layout {layout.version}.", fg="green")


def read_layout(table: Table) -> Layout:
    """Return the layout of a table.

    Raises
    ------
    Problem
        A later release has upgraded it.
    """
    item = table.get(system_keys.layout())
    layout = Layout(int(item["version"]), item["place"]) if item else Layout()
    if layout.version > len(STEPS):
        raise Problem(f"The table has layout {layout.version}, and this release knows {len(STEPS)}: use a later one.")
    return layout


def carry_out(table: Table, layout: Layout, step: Step) -> Layout:
    """Do all of a step, chunk by chunk; return the layout after it."""
    while True:
        place = step.carry_on(table, layout.place)
        following = Layout(layout.version + 1) if place is None else replace(layout, place=place)
        _note(table, layout, following)
        if place is None:
            return following
        layout = following


def _note(table: Table, before: Layout, after: Layout) -> None:
    try:
        table.write(_moving(before, after))
    except ConditionFailed as failure:
        # our own write, whose reply was lost
        if failure.found[0] != _item(after):
            raise Problem("Another upgrade of this table is under way.") from failure


def _moving(before: Layout, after: Layout) -> Write:
    # no item, or the layout before --> the layout after
    if before == Layout():
        return put(_item(after), condition="attribute_not_exists(PK)")
    return put(
        _item(after),
        condition="#version = :version AND #place = :place",
        names={"#version": "version", "#place": "place"},
        values={":version": before.version, ":place": before.place},
    )


def _item(layout: Layout) -> Item:
    return {
        **system_keys.layout().as_item(),
        "entity": Entity.LAYOUT.value,
        "version": layout.version,
        "place": layout.place,
    }
